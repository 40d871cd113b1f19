"""Leads by mail: the mail is a message like any other, and what becomes of it decides about the delivery."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.models import Attempt, Delivery, Lead, Message, PartnerEndpoint
from webapp.services import ending, lease, message, method_health, turn
from webapp.services import lead as leads

LOOK_AGAIN = timedelta(minutes=15)
"""When a delivery looks after its mail by itself; the mail's own end wakes it sooner."""
BOUNCED = "mail_bounced"
_UNDER_WAY = (MessageStatus.PENDING, MessageStatus.LEASED, MessageStatus.DEFERRED)
_ENDED = {
    MessageStatus.HANDED_OVER: (AttemptOutcome.ACCEPTED, "mail_handed_over"),
    MessageStatus.UNCERTAIN: (AttemptOutcome.UNCERTAIN, "mail_uncertain"),
    MessageStatus.SUPPRESSED: (AttemptOutcome.PERMANENT, "mail_suppressed"),
    MessageStatus.BOUNCED: (AttemptOutcome.PERMANENT, BOUNCED),
}


def queue(session: Session, lead: Lead, delivery: Delivery, method: PartnerEndpoint, *, at: datetime) -> None:
    """Queue the mail that hands `lead` over. It is sent once; the delivery waits for what becomes of it.

    Until the mail has left, nothing has: the lead stays queued, and one that is taken back was never with its partner.
    """
    tries = session.execute(
        select(func.count()).select_from(Attempt).where(Attempt.delivery_id == delivery.id)
    ).scalar_one()
    delivery.message_id = message.queue(
        session,
        key=f"delivery:{delivery.id}:{Template.PARTNER_LEAD}:{tries + 1}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_LEAD,
        at=at,
        partner_id=lead.partner_id,
        lead_id=lead.id,
        about={"delivery_id": str(delivery.id), "endpoint_id": str(method.id)},
    )
    delivery.reason, delivery.due_at = "mail_queued", at + LOOK_AGAIN


def look_after(session: Session, lead: Lead, delivery: Delivery, *, at: datetime) -> None:
    """End or go on with a delivery whose mail has ended; otherwise look again later."""
    mail = session.get(Message, delivery.message_id, populate_existing=True)
    if mail is not None and mail.status in _UNDER_WAY:
        delivery.due_at = at + LOOK_AGAIN
        return
    outcome, reason = _ENDED.get(mail.status, _FAILED) if mail is not None else _FAILED
    delivery.message_id = None
    if outcome is AttemptOutcome.ACCEPTED:
        ending.accept(session, lead, delivery, at=at, reason=reason)
        return
    attempt_id = lease.begin_attempt(session, delivery, at, ending.tried_by(lead, delivery))
    lease.finish_attempt(session, attempt_id, outcome, at=at, reason=reason)
    ending.fail(session, lead, delivery, at=at, reason=reason)


def take_back(session: Session, lead: Lead, delivery: Delivery, *, at: datetime) -> None:
    """The mail by which `delivery` was handed over came back: the try has failed, and the next method has its turn.

    A lead that its student took back meanwhile stays taken back. One that was only sent again stays delivered.
    """
    if delivery.status is not DeliveryStatus.DELIVERED or lead.status is not LeadStatus.DELIVERED:
        return
    attempt_id = lease.begin_attempt(session, delivery, at, ending.tried_by(lead, delivery))
    lease.finish_attempt(session, attempt_id, AttemptOutcome.PERMANENT, at=at, reason=BOUNCED)
    method = session.get(PartnerEndpoint, delivery.endpoint_id) if delivery.endpoint_id else None
    if delivery.reason == _ENDED[MessageStatus.HANDED_OVER][1]:
        leads.move(session, lead, LeadStatus.DELIVERING, at=at, reason=BOUNCED)
        lead.delivered_at = delivery.finished_at = None
        ending.fail(session, lead, delivery, at=at, reason=BOUNCED)
    if method is not None:
        session.flush()
        session.refresh(method, with_for_update=turn.METHOD_LOCK)
        method_health.note(session, method, AttemptOutcome.PERMANENT, BOUNCED, now=at)


_FAILED = (AttemptOutcome.PERMANENT, "mail_failed")
