"""Talking to a partner's endpoint: one signed post, and what came back as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome, RetryPolicy
from webapp.domain.links import Links
from webapp.gateways.errors import GatewayError, Permanent, Retryable
from webapp.gateways.sealing import Seal
from webapp.gateways.webhook import Outcome, WebhookAnswer, WebhookGateway, WebhookRequest, classify
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


def post(webhook: WebhookGateway, request: WebhookRequest, clock: Clock) -> Answered:
    """Post `request`; a failure to is an answer too."""
    try:
        answer = webhook.post(request)
    except Retryable as error:
        return Answered(Outcome(AttemptOutcome.RETRYABLE, error.reason, error.retry_after))
    except (Permanent, GatewayError) as error:
        return Answered(Outcome(AttemptOutcome.PERMANENT, error.reason))
    return Answered(classify(answer, now=clock.now()), answer)


def endpoint_of(session: Session, partner_id: UUID) -> PartnerEndpoint | None:
    """The newest endpoint of the partner that is not disabled."""
    return session.execute(
        select(PartnerEndpoint)
        .where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.disabled_at.is_(None))
        .order_by(PartnerEndpoint.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()
