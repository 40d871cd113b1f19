"""Complaints of students, and the pause that follows where there are too many."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.complaint import ComplaintKind
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.message import MessageClass, Template
from webapp.domain.partner import PartnerStatus
from webapp.domain.screening import Screening
from webapp.models import Complaint, Lead, Partner
from webapp.queries.scorecard import ComplaintRate, complaint_rate
from webapp.queries.screening_policy import screening_of
from webapp.services import audit, message
from webapp.services import partner as partners

PAUSED_FOR: Final = "complaints"
"""The reason that a pause for complaints goes by, in the audit log and wherever a partner's status is kept."""

BY_RATE: Final = "complaint rate"


def record(session: Session, clock: Clock, lead_id: UUID, kind: ComplaintKind, *, actor: str) -> bool:
    """A student complained about the school that has this lead; whether the school was paused over it.

    Once for each lead: a second complaint about the same changes nothing. NotFound without such a lead; Refused where
    the school never had it, and for test leads and seeds, which no student stands behind.
    """
    lead = session.get(Lead, lead_id)
    if lead is None:
        raise NotFound("There is no such lead.")
    if lead.delivered_at is None:
        raise Refused(Problem("lead", "The school never had this lead, so it cannot have done wrong by it."))
    if not has_student(lead):
        raise Refused(Problem("lead", "No student stands behind this lead."))
    now = clock.now()
    # Complaints about one partner wait for each other here, so that the one that is too many sees all before it.
    partner = session.execute(
        select(Partner)
        .where(Partner.id == lead.partner_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()
    made = session.execute(
        insert(Complaint)
        .values(lead_id=lead_id, partner_id=partner.id, kind=kind, at=now, recorded_by=actor)
        .on_conflict_do_nothing(index_elements=["lead_id"])
        .returning(Complaint.lead_id)
    ).first()
    # A partner that paused itself is paused by us from now on: else it could lift what students complained about.
    own_pause = partner.status is PartnerStatus.PAUSED and partner.paused_by_partner
    if made is None or not (partner.status is PartnerStatus.LIVE or own_pause):
        return False
    limits = screening_of(session, partner.id)
    rate = complaint_rate(session, partner.id, limits, now=now)
    if not rate.is_too_high:
        return False
    _pause(session, clock, partner, limits, rate, at=now)
    return True


def has_student(lead: Lead) -> bool:
    """Whether a student stands behind a lead, who may complain about it."""
    return not (lead.test or lead.seed)


def _pause(
    session: Session, clock: Clock, partner: Partner, limits: Screening, rate: ComplaintRate, *, at: datetime
) -> None:
    """Pause `partner` (already locked), write down why, and tell its contact. Leads that come in meanwhile wait."""
    before = partner.status
    if before is PartnerStatus.LIVE:
        partners.move(session, clock, partner.id, PartnerStatus.PAUSED, reason=PAUSED_FOR, actor=BY_RATE)
    else:
        partner.paused_by_partner, partner.updated_at = False, at
        partners.write_step(session, partner.id, before, before, at=at, reason=PAUSED_FOR, words=None, actor=BY_RATE)
    told = {
        "complaints": rate.complaints,
        "delivered": rate.delivered,
        "days": limits.complaint_days,
        "percent": limits.complaint_percent,
    }
    audit.record(
        session,
        clock,
        staff_id=None,
        actor=BY_RATE,
        action="paused",
        object_type="partner",
        object_id=str(partner.id),
        before={"status": before},
        after={"status": PartnerStatus.PAUSED, "reason": PAUSED_FOR, **told},
    )
    message.queue(
        session,
        key=f"partner:{partner.id}:{Template.PARTNER_PAUSED}:{at.isoformat()}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_PAUSED,
        at=at,
        partner_id=partner.id,
        about={**told, "kinds": list(rate.kinds)},
    )
