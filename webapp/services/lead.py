"""Leads: releasing them when the undo window ends, withdrawing them, writing down every step."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.consent import CONSENT_TEXT_VERSION, ConsentKind, ConsentPurpose
from webapp.domain.delivery import DELIVERY_LIFECYCLE, DeliveryStatus
from webapp.domain.errors import InvalidTransition, NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.finding import FOUND_BY_STAFF, Finding, Grade
from webapp.domain.lead import AWAITING_CONFIRMATION, LEAD_LIFECYCLE, NOT_YET_SENT, EndedByStaff, LeadStatus
from webapp.domain.message import MessageClass, Template
from webapp.domain.notice import NoticeKind
from webapp.domain.privacy_request import DESK, RequestKind
from webapp.models import Delivery, Lead, LeadEvent, Partner, Prospect
from webapp.services import cap, charge, consent, message, notice, outbox, privacy_request, routing, schedule

MARKED_BY_STAFF: Final = "marked_invalid_by_staff"
_FREED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "corrected_by_student": ("details_invalid", "details_doubtful", MARKED_BY_STAFF),
    "address_confirmed": (AWAITING_CONFIRMATION,),
}
"""What a student does, and the reasons of the leads that it may free."""


def move(
    session: Session,
    lead: Lead,
    status: LeadStatus,
    *,
    at: datetime,
    reason: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Move `lead` along its life cycle and write the step into its timeline."""
    before = lead.status
    lead.status = LEAD_LIFECYCLE.check(before, status)
    lead.reason = reason
    session.execute(
        insert(LeadEvent).values(
            lead_id=lead.id, at=at, from_status=before, to_status=status, reason=reason, detail=dict(detail or {})
        )
    )


def release(session: Session, clock: Clock, lead_id: UUID) -> None:
    """Send `lead_id` on its way if its time has come: queue its delivery, or hold it and say why.

    Harmless to call twice or too early.
    """
    now = clock.now()
    lead = _locked(session, lead_id)
    if (
        lead is None
        or lead.due_at is None
        or lead.due_at > now
        or lead.status not in NOT_YET_SENT - {LeadStatus.QUEUED}
    ):
        return
    reason = "undo_window_over" if lead.status is LeadStatus.UNDO_WINDOW else "hold_over"
    _route(session, lead, at=now, reason=reason)


def release_from_review(session: Session, clock: Clock, lead_id: UUID) -> None:
    """Staff looked at a lead held for review and let it go: what held it is not asked again, other checks are.

    InvalidTransition when it is not held for review; Refused when it waits for the student and not for us.
    """
    lead = _held_for_review(session, lead_id)
    if lead.reason == AWAITING_CONFIRMATION:
        raise Refused(Problem("lead", "It waits for the student to confirm their address, which nobody else can do."))
    overlooked = routing.WAIVED_BY_REVIEW.get(lead.reason or "")
    queue(session, lead, at=clock.now(), reason="released_by_staff", waive=[overlooked] if overlooked else [])


def mark_invalid(session: Session, clock: Clock, lead_id: UUID, finding: Finding) -> None:
    """Staff looked at a lead held for review and found that its details cannot be right. The student is told what.

    InvalidTransition when it is not held for review; Refused for a finding that is not one of `FOUND_BY_STAFF`.
    """
    if finding not in FOUND_BY_STAFF:
        raise Refused(Problem("finding", "This is not something that a person finds.", "Choose one of the list."))
    lead, now = _held_for_review(session, lead_id), clock.now()
    lead.grade, lead.findings = Grade.INVALID, [finding.value]
    found = routing.Obstacle(LeadStatus.INVALID, MARKED_BY_STAFF, detail={"findings": [finding.value]})
    _hold(session, lead, found, at=now)
    _tell_student(session, lead, at=now)


def end_review(session: Session, clock: Clock, lead_id: UUID, why: EndedByStaff) -> None:
    """Staff looked at a lead held for review and ended it; the student is told. The partner got nothing.

    InvalidTransition when it is not held for review; Refused when it waits for the student and not for us.
    """
    lead, now = _held_for_review(session, lead_id), clock.now()
    if lead.reason == AWAITING_CONFIRMATION:
        raise Refused(Problem("lead", "It waits for the student to confirm their address, and ends by itself."))
    _stop(session, lead, LeadStatus.FILTERED, at=now, reason=why)
    _tell_student(session, lead, at=now)


def look_again(session: Session, clock: Clock, prospect_id: UUID, *, reason: str) -> None:
    """Look once more at the leads of a student that waited for what they have done now: one of `_FREED_BY`.

    One that a member of staff had judged goes back to a person; the others move on by themselves.
    """
    # All of them are locked, also those that a worker may be about to hold for what was done just now.
    leads = session.scalars(
        select(Lead)
        .where(Lead.prospect_id == prospect_id)
        .order_by(Lead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    # By partner, so that two requests of one person take the locks on partners' caps and duplicates in one order.
    waiting = (LeadStatus.INVALID, LeadStatus.HELD_REVIEW)
    freed = [lead for lead in leads if lead.status in waiting and lead.reason in _FREED_BY[reason]]
    for lead in sorted(freed, key=lambda each: each.partner_id):
        # Whatever was overlooked in the old details was not overlooked in these.
        lead.waived = [name for name in lead.waived if name != "validation"]
        if lead.reason == MARKED_BY_STAFF:
            move(session, lead, LeadStatus.QUEUED, at=clock.now(), reason=reason)
            found = routing.Obstacle(LeadStatus.HELD_REVIEW, "corrected_by_student")
            _hold(session, lead, found, at=clock.now())
        else:
            _route(session, lead, at=clock.now(), reason=reason)


def _held_for_review(session: Session, lead_id: UUID) -> Lead:
    lead = _locked(session, lead_id)
    if lead is None:
        raise NotFound("There is no such lead.")
    if lead.status is not LeadStatus.HELD_REVIEW:
        raise InvalidTransition(f"A lead that is {lead.status} is not held for review.")
    return lead


def queue(
    session: Session, lead: Lead, *, at: datetime, reason: str, waive: Iterable[str] = routing.WAIVED_BY_REPLAY
) -> None:
    """Queue `lead` (already locked) without the checks that a person decided to overlook."""
    lead.waived = sorted({*lead.waived, *waive})
    _route(session, lead, at=at, reason=reason)


def withdraw(session: Session, clock: Clock, lead_id: UUID, *, prospect_id: UUID, page: str) -> None:
    """The student takes one introduction back: nothing more is sent, and a partner that may have it is told.

    NotFound unless the lead is `prospect_id`'s own. Withdrawing twice is the same as once.
    """
    now = clock.now()
    chain = consent.chain_of(session, prospect_id) if _exists(session, prospect_id) else None
    lead = _locked(session, lead_id)
    if lead is None or chain is None or lead.prospect_id != prospect_id:
        raise NotFound("There is no such introduction.")
    if not can_be_taken_back(lead):
        return
    has_it, busy_until = notice.may_have_it(session, lead), notice.in_flight_until(session, lead)
    take_back(session, lead, chain, at=now, page=page, reason="withdrawn_by_student")
    if page != DESK:
        privacy_request.note_done(session, clock, RequestKind.WITHDRAWAL, prospect_id, lead_id=lead.id)
    if has_it:
        notice.cancel(session, lead.id, reason="withdrawn")
        notice.queue(session, lead, NoticeKind.WITHDRAWN, at=now, not_before=busy_until)


def withdraw_all(session: Session, clock: Clock, *, prospect_id: UUID, page: str) -> int:
    """Take every introduction of one student back; the number that could still be."""
    # In one order everywhere, so that two who take all back cannot wait for each other.
    found = session.scalars(select(Lead).where(Lead.prospect_id == prospect_id).order_by(Lead.id)).all()
    open_ones = [lead.id for lead in found if can_be_taken_back(lead)]
    for lead_id in open_ones:
        withdraw(session, clock, lead_id, prospect_id=prospect_id, page=page)
    return len(open_ones)


def can_be_taken_back(lead: Lead) -> bool:
    """Whether there is anything left to take back."""
    return LEAD_LIFECYCLE.allows(lead.status, LeadStatus.WITHDRAWN)


def take_back(session: Session, lead: Lead, chain: consent.Chain, *, at: datetime, page: str, reason: str) -> None:
    """End `lead` (already locked) as withdrawn and append to `chain` that the consent was taken back."""
    # The lead is locked before its delivery everywhere, so two of us cannot wait for each other.
    _stop(session, lead, LeadStatus.WITHDRAWN, at=at, reason=reason)
    partner = session.get_one(Partner, lead.partner_id)
    wording = consent.Wording(
        kind=ConsentKind.WITHDRAWN,
        purpose=ConsentPurpose.INTRODUCTION,
        legal_entity=partner.legal_name,
        program_id=lead.program_id,
        channels=tuple(lead.channels),
        text_version=CONSENT_TEXT_VERSION,
        text=f"I withdraw the introduction to {partner.legal_name}.",
        page=page,
        lead_id=lead.id,
    )
    consent.append(session, chain, [wording], at=at, submission_id=lead.submission_id)


def expire(session: Session, clock: Clock, lead_id: UUID) -> None:
    """End a lead whose time ran out while it was held. Harmless when it has moved on."""
    lead = _locked(session, lead_id)
    if lead is not None and lead.expires_at <= clock.now() and lead.status in NOT_YET_SENT:
        _stop(session, lead, LeadStatus.EXPIRED, at=clock.now(), reason=routing.why_expired(lead))
        _tell_student(session, lead, at=clock.now())


def _locked(session: Session, lead_id: UUID) -> Lead | None:
    return session.execute(
        select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _exists(session: Session, prospect_id: UUID) -> bool:
    return bool(session.execute(select(exists().where(Prospect.id == prospect_id))).scalar())


def _delivery_of(session: Session, lead: Lead) -> Delivery:
    return session.execute(select(Delivery).where(Delivery.lead_id == lead.id).with_for_update()).scalar_one()


def _route(session: Session, lead: Lead, *, at: datetime, reason: str) -> None:
    """Queue `lead` and its delivery, or hold or end it and say why."""
    partner = session.get_one(Partner, lead.partner_id)
    over = routing.find_end(lead, partner, at)
    if over is None or not LEAD_LIFECYCLE.allows(lead.status, over.status):
        move(session, lead, LeadStatus.QUEUED, at=at, reason=reason)
    obstacle = over or routing.find_obstacle(session, lead, partner, at)
    if obstacle is None:
        _send_on(session, lead, at=at)
    elif LEAD_LIFECYCLE.is_terminal(obstacle.status):
        _stop(session, lead, obstacle.status, at=at, reason=obstacle.reason, detail=obstacle.detail)
        _tell_student(session, lead, at=at)
    else:
        _hold(session, lead, obstacle, at=at)
        if obstacle.status is LeadStatus.INVALID:
            _tell_student(session, lead, at=at)


def _send_on(session: Session, lead: Lead, *, at: datetime) -> None:
    """Queue the delivery of a lead that nothing stands in the way of. What it costs is fixed now."""
    lead.due_at = None
    charge.fix(session, lead, at=at)
    delivery = _delivery_of(session, lead)
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
    delivery.due_at = at
    outbox.add(session, EventKind.DELIVERY_DUE, [delivery.id], due_at=at)


def _hold(session: Session, lead: Lead, obstacle: routing.Obstacle, *, at: datetime) -> None:
    until = obstacle.until
    detail = {**obstacle.detail, **({"until": until.isoformat()} if until else {})}
    move(session, lead, obstacle.status, at=at, reason=obstacle.reason, detail=detail)
    lead.due_at = until
    if until is not None:
        outbox.add(session, EventKind.LEAD_DUE, [lead.id], due_at=until)


def _stop(
    session: Session,
    lead: Lead,
    status: LeadStatus,
    *,
    at: datetime,
    reason: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    move(session, lead, status, at=at, reason=reason, detail=detail)
    lead.due_at = None
    schedule.leave_slot(session, lead)
    delivery = _delivery_of(session, lead)
    # What the partner has keeps its place in the caps. Of what may be arriving just now, the worker's answer decides.
    if lead.delivered_at is None and delivery.status is not DeliveryStatus.LEASED:
        cap.release(session, lead)
    if delivery.message_id is not None:
        message.revoke(session, delivery.message_id, reason=reason)
    if DELIVERY_LIFECYCLE.allows(delivery.status, DeliveryStatus.CANCELLED):
        delivery.status = DeliveryStatus.CANCELLED
        delivery.reason, delivery.due_at, delivery.finished_at = reason, None, at
        delivery.leased_until = delivery.lease_id = None


def _tell_student(session: Session, lead: Lead, *, at: datetime) -> None:
    """A mail about where `lead` came to: once for each ending, and each time that something is to be put right."""
    again = f":{at.isoformat()}" if lead.status is LeadStatus.INVALID else ""
    message.queue(
        session,
        key=f"lead:{lead.id}:{Template.INTRODUCTION_UPDATE}:{lead.status}{again}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.INTRODUCTION_UPDATE,
        at=at,
        prospect_id=lead.prospect_id,
        submission_id=lead.submission_id,
        lead_id=lead.id,
    )
