"""Talking to a partner's system: by which methods, one signed post, and what came back as plain values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.answer_rule import AnswerRule
from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome, Channel, RetryPolicy
from webapp.domain.links import Links
from webapp.gateways.errors import GatewayError, Permanent, Retryable
from webapp.gateways.sealing import Seal
from webapp.gateways.webhook import Outcome, WebhookAnswer, WebhookGateway, WebhookRequest, classify_by
from webapp.models import PartnerEndpoint


@dataclass(frozen=True, slots=True)
class Outside:
    """What deliveries and notices need of the world around them."""

    webhook: WebhookGateway
    seal: Seal
    links: Links
    retries: RetryPolicy
    spread: Callable[[], float]
    """Numbers in 0..1 that spread retries."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a post came to. `answer` is None when there was none."""

    outcome: Outcome
    answer: WebhookAnswer | None = None


def post(webhook: WebhookGateway, request: WebhookRequest, clock: Clock, rules: Sequence[AnswerRule] = ()) -> Answered:
    """Post `request`; a failure to is an answer too. `rules` say how this partner's answers are read."""
    try:
        answer = webhook.post(request)
    except Retryable as error:
        return Answered(Outcome(AttemptOutcome.RETRYABLE, error.reason, error.retry_after))
    except (Permanent, GatewayError) as error:
        return Answered(Outcome(AttemptOutcome.PERMANENT, error.reason))
    return Answered(classify_by(rules, answer, now=clock.now()), answer)


def usable_methods(session: Session, partner_id: UUID) -> Sequence[PartnerEndpoint]:
    """The partner's methods that are in use, in its order. Of two in one place the newer comes first."""
    return session.scalars(
        select(PartnerEndpoint)
        .where(PartnerEndpoint.partner_id == partner_id)
        .where(PartnerEndpoint.disabled_at.is_(None), PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position, PartnerEndpoint.created_at.desc(), PartnerEndpoint.id.desc())
        .execution_options(populate_existing=True)
    ).all()


def webhook_of(session: Session, partner_id: UUID) -> PartnerEndpoint | None:
    """The partner's first signed webhook that is in use: what can be told more than leads."""
    return next((each for each in usable_methods(session, partner_id) if each.kind is Channel.WEBHOOK), None)
