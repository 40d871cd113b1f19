"""How a delivery goes on after a try, or ends: the next method of its partner, the states it and its lead come to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.delivery import DELIVERY_LIFECYCLE, AttemptOutcome, DeliveryStatus
from webapp.domain.errors import NotFound
from webapp.domain.events import EventKind
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, Template
from webapp.models import Delivery, Lead, PartnerEndpoint
from webapp.services import cap, charge, follow_up, lease, message, outbox
from webapp.services import lead as leads
from webapp.services.handover import usable_methods

BACKUP = "goes_to_backup"
_ENDINGS = {
    AttemptOutcome.ACCEPTED: (DeliveryStatus.DELIVERED, LeadStatus.DELIVERED),
    AttemptOutcome.REJECTED: (DeliveryStatus.REJECTED, LeadStatus.REJECTED),
    AttemptOutcome.DUPLICATE: (DeliveryStatus.DUPLICATE, LeadStatus.DUPLICATE_AT_PARTNER),
    AttemptOutcome.PERMANENT: (DeliveryStatus.FAILED, LeadStatus.FAILED),
}


def locked(session: Session, delivery_id: UUID) -> tuple[Lead, Delivery]:
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


def methods_left(session: Session, lead: Lead, delivery: Delivery) -> Sequence[PartnerEndpoint]:
    """The partner's methods in use that have not failed this delivery, in the partner's order."""
    return [each for each in usable_methods(session, lead.partner_id) if str(each.id) not in delivery.failed_methods]


def use(delivery: Delivery, method: PartnerEndpoint) -> None:
    """Hand over by `method` from now on; another one than before starts with all its tries."""
    if delivery.endpoint_id != method.id:
        delivery.attempts_made, delivery.slot_at, delivery.batch_id = 0, None, None
    delivery.endpoint_id, delivery.channel = method.id, method.kind


def fail(session: Session, lead: Lead, delivery: Delivery, *, at: datetime, reason: str) -> None:
    """The method has failed for good: on to the next one of the partner, or the delivery has failed."""
    delivery.failed_methods = [*delivery.failed_methods, str(delivery.endpoint_id)]
    left = methods_left(session, lead, delivery)
    if not left:
        end(session, lead, delivery, AttemptOutcome.PERMANENT, at=at, reason=reason)
        return
    if delivery.status is not DeliveryStatus.PENDING:
        delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
    use(delivery, left[0])
    delivery.reason = BACKUP
    lease.give_up(delivery, due_at=at)
    outbox.add(session, EventKind.DELIVERY_DUE, [delivery.id], due_at=at)


def end(
    session: Session, lead: Lead, delivery: Delivery, outcome: AttemptOutcome, *, at: datetime, reason: str
) -> None:
    """End the delivery and move its lead. What is handed over again ends where it was: no money and no cap moves."""
    delivery.slot_at = delivery.message_id = None
    lease.give_up(delivery)
    if delivery.redelivery:
        _end_redelivery(delivery, outcome, at=at)
        return
    delivery_status, lead_status = _ENDINGS[outcome]
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, delivery_status)
    delivery.reason, delivery.finished_at = reason, at
    leads.move(session, lead, lead_status, at=at, reason=reason)
    if outcome is AttemptOutcome.ACCEPTED:
        lead.delivered_at = at
        follow_up.plan_question(session, lead, at=at)
        charge.accrue(session, lead, at=at)
        return
    # What was counted as delivered until its mail came back was billed then.
    charge.credit(session, lead, at=at, reason=reason)
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


def accept(session: Session, lead: Lead, delivery: Delivery, *, at: datetime, reason: str) -> None:
    """The lead is with its partner, by a method that needs no answer: write down the try and the ending."""
    attempt_id = lease.begin_attempt(session, delivery, at, tried_by(lead, delivery))
    lease.finish_attempt(session, attempt_id, AttemptOutcome.ACCEPTED, at=at, reason=reason)
    set_off(session, lead, at=at)
    if delivery.status is DeliveryStatus.PENDING:
        delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.LEASED)
    end(session, lead, delivery, AttemptOutcome.ACCEPTED, at=at, reason=reason)


def set_off(session: Session, lead: Lead, *, at: datetime) -> None:
    """The first try begins."""
    if lead.status is LeadStatus.QUEUED:
        leads.move(session, lead, LeadStatus.DELIVERING, at=at, reason="delivery_started")


def tried_by(lead: Lead, delivery: Delivery) -> lease.Tried | None:
    """Whom an attempt at `delivery` concerns."""
    return lease.Tried(lead.partner_id, delivery.endpoint_id) if delivery.endpoint_id else None


def _end_redelivery(delivery: Delivery, outcome: AttemptOutcome, *, at: datetime) -> None:
    has_it = outcome in (AttemptOutcome.ACCEPTED, AttemptOutcome.DUPLICATE)
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.DELIVERED)
    delivery.reason, delivery.finished_at = "redelivered" if has_it else "redelivery_failed", at
    delivery.redelivery = False
