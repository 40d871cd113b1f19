"""Handing a lead to its partner: lease, post without holding a connection, write down the answer."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import DELIVERY_LIFECYCLE, AttemptOutcome, DeliveryStatus
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, Template
from webapp.gateways.webhook import Outcome, WebhookRequest
from webapp.models import Delivery, Lead, PartnerEndpoint, Prospect
from webapp.services import cap, charge, lease, message, notice
from webapp.services import lead as leads
from webapp.services.handover import Answered, Outside, endpoint_of, post
from webapp.services.posting import posting_of
from webapp.services.transaction import Begin

_MAY_HAVE_ARRIVED = (AttemptOutcome.ABANDONED, AttemptOutcome.UNCERTAIN, AttemptOutcome.RETRYABLE)
_ENDINGS = {
    AttemptOutcome.ACCEPTED: (DeliveryStatus.DELIVERED, LeadStatus.DELIVERED),
    AttemptOutcome.REJECTED: (DeliveryStatus.REJECTED, LeadStatus.REJECTED),
    AttemptOutcome.DUPLICATE: (DeliveryStatus.DUPLICATE, LeadStatus.DUPLICATE_AT_PARTNER),
    AttemptOutcome.PERMANENT: (DeliveryStatus.FAILED, LeadStatus.FAILED),
}


@dataclass(frozen=True, slots=True)
class _Handover:
    """Everything the talking needs, read before the connection is given back."""

    delivery_id: UUID
    lease_id: UUID
    attempt_id: UUID
    request: WebhookRequest


def attempt(begin: Begin, clock: Clock, outside: Outside, delivery_id: UUID) -> None:
    """One attempt at `delivery_id`, if it is due and nobody else holds it.

    A worker that died while posting leaves an attempt that is `started`: the lease runs out and the next worker posts
    again under the same webhook-id, by which the partner knows it.
    """
    with begin() as session:
        handover = _lease(session, clock.now(), outside, delivery_id)
    if handover is None:
        return
    answered = post(outside.webhook, handover.request, clock)
    with begin() as session:
        _record(session, clock.now(), handover, answered, outside)
    lease.count_attempt("delivery", answered.outcome.kind)


def replay(session: Session, clock: Clock, delivery_id: UUID) -> None:
    """Staff send a failed delivery again: it starts over with a full set of retries and the same webhook-id."""
    now = clock.now()
    lead, delivery = _locked(session, delivery_id)
    if delivery.status is not DeliveryStatus.FAILED or lead.status is not LeadStatus.FAILED:
        raise Refused(Problem("delivery", f"Only a failed delivery can be sent again; this one is {delivery.status}."))
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.WAITING)
    delivery.attempts_made, delivery.finished_at, delivery.reason = 0, None, "replayed_by_staff"
    endpoint = endpoint_of(session, lead.partner_id)
    delivery.endpoint_id = endpoint.id if endpoint else delivery.endpoint_id
    leads.queue(session, lead, at=now, reason="replayed_by_staff")


def _lease(session: Session, now: datetime, outside: Outside, delivery_id: UUID) -> _Handover | None:
    try:
        lead, delivery = _locked(session, delivery_id)
    except NotFound:
        return None
    if delivery.status is DeliveryStatus.LEASED and lease.is_abandoned(delivery, now):
        lease.abandon_started(session, delivery, now)
        lease.give_up(delivery, due_at=now)
        delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
        if delivery.attempts_made > len(outside.retries.delays):
            # Whatever kills the worker each time is in this delivery: others should not have to wait behind it.
            _end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason="worker_lost_repeatedly")
            return None
    if delivery.status is not DeliveryStatus.PENDING or delivery.due_at is None or delivery.due_at > now:
        return None
    endpoint = session.get(PartnerEndpoint, delivery.endpoint_id) if delivery.endpoint_id else None
    if endpoint is None or endpoint.disabled_at is not None:
        _end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason="no_endpoint")
        return None
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.LEASED)
    lease_id = lease.take(delivery, now, outside.retries.lease)
    if lead.status is LeadStatus.QUEUED:
        leads.move(session, lead, LeadStatus.DELIVERING, at=now, reason="delivery_started")
    body = posting_of(session, lead, outside.links)
    delivery.sent = json.loads(body)
    request = WebhookRequest(
        url=endpoint.url,
        body=body,
        webhook_id=delivery.webhook_id,
        secrets=(outside.seal.open(endpoint.sealed_secret),),
        timestamp=now,
    )
    return _Handover(delivery.id, lease_id, lease.begin_attempt(session, delivery, now), request)


def _record(session: Session, now: datetime, handover: _Handover, answered: Answered, outside: Outside) -> None:
    outcome, answer = answered.outcome, answered.answer
    lead, delivery = _locked(session, handover.delivery_id)
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
    if outcome.stop:
        _disable(session, delivery, at=now, reason=outcome.reason)
    if outcome.kind is AttemptOutcome.RETRYABLE:
        wait = outside.retries.delay(delivery.attempts_made, spread=outside.spread(), retry_after=outcome.retry_after)
        if wait is not None:
            _wait(session, lead, delivery, now, wait, outcome.reason)
            return
        kind, reason = AttemptOutcome.PERMANENT, "retries_used_up"
    _end(session, lead, delivery, kind, at=now, reason=reason)


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
    if due_at >= lead.expires_at:
        _end(session, lead, delivery, AttemptOutcome.PERMANENT, at=now, reason="expired_while_retrying")
        return
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
    delivery.reason = reason
    lease.give_up(delivery, due_at=due_at)


def _end(
    session: Session, lead: Lead, delivery: Delivery, outcome: AttemptOutcome, *, at: datetime, reason: str
) -> None:
    delivery_status, lead_status = _ENDINGS[outcome]
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, delivery_status)
    delivery.reason, delivery.finished_at = reason, at
    lease.give_up(delivery)
    leads.move(session, lead, lead_status, at=at, reason=reason)
    if outcome is AttemptOutcome.ACCEPTED:
        lead.delivered_at = at
        charge.accrue(session, lead, at=at)
        return
    cap.release(session, lead)
    message.queue(
        session,
        key=f"lead:{lead.id}:{Template.INTRODUCTION_UPDATE}:{lead_status}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.INTRODUCTION_UPDATE,
        at=at,
        prospect_id=lead.prospect_id,
        submission_id=lead.submission_id,
        lead_id=lead.id,
    )


def _disable(session: Session, delivery: Delivery, *, at: datetime, reason: str) -> None:
    endpoint = session.get(PartnerEndpoint, delivery.endpoint_id) if delivery.endpoint_id else None
    if endpoint is not None:
        endpoint.disabled_at, endpoint.disabled_reason = at, reason


def _locked(session: Session, delivery_id: UUID) -> tuple[Lead, Delivery]:
    """The lead and the delivery, locked in that order everywhere, so that two of us cannot wait for each other."""
    lead_id = session.execute(select(Delivery.lead_id).where(Delivery.id == delivery_id)).scalar_one_or_none()
    if lead_id is None:
        raise NotFound("There is no such delivery.")
    fresh = {"populate_existing": True}
    lead = session.execute(
        select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(**fresh)
    ).scalar_one()
    delivery = session.execute(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update().execution_options(**fresh)
    ).scalar_one()
    return lead, delivery
