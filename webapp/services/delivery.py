"""Handing a lead to its partner: lease, post without holding a connection, write down the answer."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.domain.answer_rule import AnswerRule
from webapp.domain.clock import Clock
from webapp.domain.delivery import DELIVERY_LIFECYCLE, TRIES_BEFORE_BACKUP, AttemptOutcome, Channel, DeliveryStatus
from webapp.domain.delivery_method import PostConfig, WebhookConfig, read_config
from webapp.domain.errors import NotFound
from webapp.domain.events import EventKind
from webapp.domain.switch import Switch
from webapp.gateways.webhook import Outcome, WebhookRequest
from webapp.models import Delivery, Lead, PartnerEndpoint, Prospect
from webapp.queries.switch import is_off
from webapp.services import batch, cap, ending, lease, method_health, notice, outbox, partner_mail, turn
from webapp.services.handover import Answered, Outside, post
from webapp.services.partner_request import for_log, prepare
from webapp.services.posting import posting_of
from webapp.services.transaction import Begin

_MAY_HAVE_ARRIVED = (AttemptOutcome.ABANDONED, AttemptOutcome.UNCERTAIN, AttemptOutcome.RETRYABLE)


@dataclass(frozen=True, slots=True)
class _Handover:
    """Everything the talking needs, read before the connection is given back."""

    delivery_id: UUID
    lease_id: UUID
    attempt_id: UUID
    request: WebhookRequest
    rules: tuple[AnswerRule, ...]


def attempt(begin: Begin, clock: Clock, outside: Outside, delivery_id: UUID) -> None:
    """One attempt at `delivery_id`, if it is due and nobody else holds it.

    A worker that died while posting leaves an attempt that is `started`: the lease runs out and the next worker posts
    again under the same webhook-id, by which the partner knows it.
    """
    with begin() as session:
        handover = _take_up(session, clock.now(), outside, delivery_id)
    if handover is None:
        return
    answered = post(outside.webhook, handover.request, clock, handover.rules)
    with begin() as session:
        _record(session, clock.now(), handover, answered, outside)
    lease.count_attempt("delivery", answered.outcome.kind)


def _take_up(session: Session, now: datetime, outside: Outside, delivery_id: UUID) -> _Handover | None:
    """What is to be posted; None when it is not its time, or when its method needs no post and it is done here."""
    try:
        lead, delivery = ending.locked(session, delivery_id)
    except NotFound:
        return None
    if delivery.status is DeliveryStatus.LEASED and lease.is_abandoned(delivery, now):
        lease.abandon_started(session, delivery, now)
        lease.give_up(delivery, due_at=now)
        delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
        if delivery.attempts_made > len(outside.retries.delays):
            # Whatever kills the worker each time is in this delivery: others should not have to wait behind it.
            ending.end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason="worker_lost_repeatedly")
            return None
    if delivery.status is not DeliveryStatus.PENDING:
        return None
    if delivery.message_id is not None:
        partner_mail.look_after(session, lead, delivery, at=now)
        return None
    if delivery.due_at is None or delivery.due_at > now:
        return None
    if lead.expires_at <= now and not delivery.redelivery:
        ending.end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason="expired_while_retrying")
        return None
    if is_off(session, Switch.DELIVERIES):
        return None
    method = _choose_method(session, lead, delivery)
    if method is None:
        reason = "endpoint_disabled" if _has_method(session, lead) else "no_endpoint"
        ending.end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason=reason)
        return None
    return _begin(session, now, outside, lead, delivery, method)


def _choose_method(session: Session, lead: Lead, delivery: Delivery) -> PartnerEndpoint | None:
    """The first method in the partner's order that has not failed it; one that has been tried is kept to its end."""
    left = ending.methods_left(session, lead, delivery)
    if not left:
        return None
    kept = [each for each in left if each.id == delivery.endpoint_id and delivery.attempts_made]
    method = (kept or left)[0]
    ending.use(delivery, method)
    return method


def _has_method(session: Session, lead: Lead) -> bool:
    """Whether the partner has a method at all, disabled or not."""
    found = exists().where(PartnerEndpoint.partner_id == lead.partner_id, PartnerEndpoint.removed_at.is_(None))
    return bool(session.execute(select(found)).scalar())


def _begin(
    session: Session, now: datetime, outside: Outside, lead: Lead, delivery: Delivery, method: PartnerEndpoint
) -> _Handover | None:
    if method.kind is Channel.CSV_BATCH:
        if not batch.is_waiting(session, delivery):
            batch.put(session, lead, delivery, method, now=now)
        else:
            delivery.due_at = now + batch.GRACE
        return None
    posting = posting_of(session, lead, outside.links)
    if method.kind is Channel.PORTAL:
        delivery.sent = json.loads(posting)
        ending.accept(session, lead, delivery, at=now, reason="in_portal")
        return None
    if method.kind is Channel.EMAIL:
        delivery.sent = json.loads(posting)
        partner_mail.queue(session, lead, delivery, method, at=now)
        return None
    return _begin_post(session, now, outside, lead, delivery, method, posting)


def _begin_post(
    session: Session,
    now: datetime,
    outside: Outside,
    lead: Lead,
    delivery: Delivery,
    method: PartnerEndpoint,
    posting: bytes,
) -> _Handover | None:
    not_before = turn.take(session, method, delivery, now, spread=outside.spread())
    if not_before is not None:
        delivery.reason, delivery.due_at = turn.WAITS, not_before
        outbox.add(session, EventKind.DELIVERY_DUE, [delivery.id], due_at=not_before)
        return None
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.LEASED)
    lease_id = lease.take(delivery, now, outside.retries.lease)
    ending.set_off(session, lead, at=now)
    delivery.sent = json.loads(posting)
    prepared = prepare(
        method,
        delivery.sent,
        posting,
        webhook_id=delivery.webhook_id,
        seal=outside.seal,
        at=now,
        redelivery=delivery.redelivery,
    )
    tried = lease.Tried(lead.partner_id, method.id, for_log(prepared.request))
    attempt_id = lease.begin_attempt(session, delivery, now, tried)
    if prepared.problems:
        lease.finish_attempt(
            session,
            attempt_id,
            AttemptOutcome.PERMANENT,
            at=now,
            reason="mapping_failed",
            answer="; ".join(str(problem) for problem in prepared.problems),
        )
        ending.fail(session, lead, delivery, at=now, reason="mapping_failed")
        return None
    config = read_config(method.kind, method.config)
    rules = config.answers if isinstance(config, PostConfig | WebhookConfig) else ()
    return _Handover(delivery.id, lease_id, attempt_id, prepared.request, rules)


def _record(session: Session, now: datetime, handover: _Handover, answered: Answered, outside: Outside) -> None:
    outcome, answer = answered.outcome, answered.answer
    lead, delivery = ending.locked(session, handover.delivery_id)
    kind, reason = _judged(session, delivery, outcome)
    # A partner's words may hold the student's: once the student is erased they are not kept.
    erased = session.get_one(Prospect, lead.prospect_id, populate_existing=True).erased_at is not None
    lease.finish_attempt(
        session,
        handover.attempt_id,
        outcome.kind,
        at=now,
        reason="erased" if erased else outcome.reason,
        http_status=answer.status if answer else None,
        answer=answer.excerpt if answer and not erased else None,
        duration_ms=answer.duration_ms if answer else None,
    )
    if delivery.lease_id != handover.lease_id:
        # Cancelled by a withdrawal, or taken over after our lease ran out: whoever owns it now decides.
        if delivery.status is DeliveryStatus.CANCELLED and kind is not AttemptOutcome.ACCEPTED:
            _give_place_back(session, lead, delivery)
        notice.hurry(session, lead.id, at=now)
        return
    method = session.get(PartnerEndpoint, delivery.endpoint_id) if delivery.endpoint_id else None
    _go_on(session, now, outside, lead, delivery, outcome, kind, reason)
    if method is not None:
        # The method's lock comes last of those that are waited for. Under it nobody can begin to wait unseen.
        session.flush()
        session.refresh(method, with_for_update=turn.METHOD_LOCK)
        method_health.note(session, method, outcome.kind, outcome.reason, now=now)
        if outcome.stop:
            method_health.disable(session, method, at=now, reason=outcome.reason)
        turn.wake_next(session, method.id, now)


def _go_on(
    session: Session,
    now: datetime,
    outside: Outside,
    lead: Lead,
    delivery: Delivery,
    outcome: Outcome,
    kind: AttemptOutcome,
    reason: str,
) -> None:
    """Wait for the next try, go on to the next method, or end."""
    if outcome.kind is AttemptOutcome.RETRYABLE:
        wait = outside.retries.delay(delivery.attempts_made, spread=outside.spread(), retry_after=outcome.retry_after)
        has_backup = len(ending.methods_left(session, lead, delivery)) > 1
        if wait is not None and not (has_backup and delivery.attempts_made >= TRIES_BEFORE_BACKUP):
            _wait(session, lead, delivery, now, wait, outcome.reason)
            return
        kind, reason = AttemptOutcome.PERMANENT, "retries_used_up"
    if kind is AttemptOutcome.PERMANENT:
        ending.fail(session, lead, delivery, at=now, reason=reason)
        return
    ending.end(session, lead, delivery, kind, at=now, reason=reason)


def _judged(session: Session, delivery: Delivery, outcome: Outcome) -> tuple[AttemptOutcome, str]:
    """What an answer comes to, in the light of the attempts before it."""
    if outcome.kind is AttemptOutcome.DUPLICATE and lease.had_outcome(session, delivery, _MAY_HAVE_ARRIVED):
        # The partner knows this webhook-id from an attempt whose answer never reached us: it was delivered then.
        return AttemptOutcome.ACCEPTED, "accepted_earlier"
    return outcome.kind, outcome.reason


def _give_place_back(session: Session, lead: Lead, delivery: Delivery) -> None:
    """Free the caps of a lead that was taken back while it was handed over, unless it arrived or still may."""
    if not lease.had_outcome(session, delivery, (AttemptOutcome.ACCEPTED, AttemptOutcome.STARTED)):
        cap.release(session, lead)


def _wait(session: Session, lead: Lead, delivery: Delivery, now: datetime, wait: timedelta, reason: str) -> None:
    due_at = now + wait
    if due_at >= lead.expires_at and not delivery.redelivery:
        ending.end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason="expired_while_retrying")
        return
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
    delivery.reason = reason
    lease.give_up(delivery, due_at=due_at)
