"""Leads for the back office: the list, and one with its whole story."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.duplicate import DuplicateLevel, MatchSet
from webapp.domain.errors import NotFound
from webapp.domain.finding import Grade
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.domain.question import Answer
from webapp.models import Delivery, DuplicateMark, Lead, LeadEvent, Partner, Prospect
from webapp.queries.consents import ConsentChain, consent_chain
from webapp.queries.deliveries import DeliveryDetail, delivery_of_lead
from webapp.queries.messages import MessageRow, messages_of_lead
from webapp.queries.notice import NoticeRow, notices_of_lead
from webapp.queries.paging import Page, count_up_to, newest_first, read_page
from webapp.queries.prospects import Student, get_student
from webapp.queries.question import answers_of
from webapp.queries.submissions import MatchRow, get_match

_ORDER = newest_first(Lead.created_at, Lead.id)


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One line of the list: nothing that says who the student is."""

    id: UUID
    created_at: datetime
    partner: str
    program_id: str
    status: LeadStatus
    reason: str | None
    test: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list of leads is narrowed to; None means all. `person` is the keyed hash of an address.

    They were made from `since` to before `until`; `reasons` are those of a queue of staff.
    """

    status: LeadStatus | None = None
    partner_id: UUID | None = None
    program_id: str | None = None
    person: bytes | None = None
    reasons: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeadStep:
    """One step of a lead's timeline."""

    at: datetime
    from_status: str | None
    to_status: str
    reason: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Another lead of the same person, as one level of the search for duplicates found it."""

    level: DuplicateLevel
    lead_id: UUID
    partner: str
    matched_by: tuple[MatchSet, ...]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class LeadDetail:
    """All of one lead. Holds personal data (`student`)."""

    id: UUID
    created_at: datetime
    submission_id: UUID
    status: LeadStatus
    reason: str | None
    test: bool
    channels: tuple[str, ...]
    preferences: ContactPreferences
    answers: tuple[Answer, ...]
    undo_until: datetime
    due_at: datetime | None
    delivered_at: datetime | None
    expires_at: datetime
    partner_id: UUID
    partner: str
    legal_name: str
    program_id: str
    student: Student
    match: MatchRow
    grade: Grade | None
    findings: tuple[str, ...]
    seed: bool
    duplicates: tuple[Repeat, ...]
    steps: tuple[LeadStep, ...]
    delivery: DeliveryDetail | None
    consents: ConsentChain
    notices: tuple[NoticeRow, ...]
    messages: tuple[MessageRow, ...]


@dataclass(frozen=True, slots=True)
class PartnerName:
    """A partner to choose from."""

    id: UUID
    name: str


def list_leads(session: Session, wanted: LeadFilter, *, cursor: str | None) -> Page[LeadRow]:
    """Leads, newest first."""
    statement = select(
        Lead.id,
        Lead.created_at,
        Partner.display_name,
        Lead.program_id,
        Lead.status,
        Lead.reason,
        Lead.test,
        Lead.due_at,
    ).join(Partner, Partner.id == Lead.partner_id)
    return read_page(session, _narrowed(statement, wanted), _ORDER, lambda row: LeadRow(*row[:8]), cursor=cursor)


def lead_ids(session: Session, wanted: LeadFilter, *, most: int) -> list[UUID]:
    """The ids of the first `most` that are like that, the oldest first."""
    statement = _narrowed(select(Lead.id), wanted).order_by(Lead.created_at, Lead.id).limit(most)
    return list(session.scalars(statement))


def count_leads(session: Session, wanted: LeadFilter, *, most: int | None = None) -> int:
    """How many are like that; at `most` the counting stops."""
    return count_up_to(session, _narrowed(select(Lead.id), wanted), most)


def _narrowed(statement: Any, wanted: LeadFilter) -> Any:
    if wanted.status is not None:
        statement = statement.where(Lead.status == wanted.status)
    if wanted.partner_id is not None:
        statement = statement.where(Lead.partner_id == wanted.partner_id)
    if wanted.program_id is not None:
        statement = statement.where(Lead.program_id == wanted.program_id)
    if wanted.person is not None:
        statement = statement.join(Prospect, Prospect.id == Lead.prospect_id).where(Prospect.email_key == wanted.person)
    if wanted.reasons is not None:
        statement = statement.where(Lead.reason.in_(wanted.reasons))
    if wanted.since is not None:
        statement = statement.where(Lead.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Lead.created_at < wanted.until)
    return statement


def partner_names(session: Session, *, status: PartnerStatus | None = None) -> tuple[PartnerName, ...]:
    """Every partner, or those of one status, by name, to choose from."""
    statement = select(Partner.id, Partner.display_name).order_by(Partner.display_name)
    if status is not None:
        statement = statement.where(Partner.status == status)
    return tuple(PartnerName(*row) for row in session.execute(statement))


def get_lead(session: Session, lead_id: UUID) -> LeadDetail:
    """One lead with its timeline, delivery, consent and messages. NotFound when there is none."""
    lead = session.get(Lead, lead_id)
    if lead is None:
        raise NotFound("There is no such lead.")
    partner = session.get_one(Partner, lead.partner_id)
    return LeadDetail(
        id=lead.id,
        created_at=lead.created_at,
        submission_id=lead.submission_id,
        status=lead.status,
        reason=lead.reason,
        test=lead.test,
        channels=tuple(lead.channels),
        preferences=ContactPreferences.from_json(lead.contact_preferences),
        answers=answers_of(session, [lead_id]).get(lead_id, ()),
        undo_until=lead.undo_until,
        due_at=lead.due_at,
        delivered_at=lead.delivered_at,
        expires_at=lead.expires_at,
        partner_id=partner.id,
        partner=partner.display_name,
        legal_name=partner.legal_name,
        program_id=lead.program_id,
        student=get_student(session, lead.prospect_id),
        match=get_match(session, lead.match_id),
        grade=lead.grade,
        findings=tuple(lead.findings),
        seed=lead.seed,
        duplicates=_duplicates(session, lead_id),
        steps=_steps(session, lead_id),
        delivery=delivery_of_lead(session, lead_id),
        consents=consent_chain(session, lead.prospect_id),
        notices=notices_of_lead(session, lead_id),
        messages=messages_of_lead(session, lead_id),
    )


def lead_state(session: Session, lead_id: UUID) -> dict[str, Any]:
    """What the audit log keeps of a lead and its delivery before and after staff act on it."""
    row = session.execute(
        select(Lead.status, Lead.reason, Delivery.status, Delivery.reason, Delivery.attempts_made)
        .outerjoin(Delivery, Delivery.lead_id == Lead.id)
        .where(Lead.id == lead_id)
    ).first()
    if row is None:
        raise NotFound("There is no such lead.")
    names = ("status", "reason", "delivery_status", "delivery_reason", "delivery_attempts_made")
    return dict(zip(names, row, strict=True))


def _duplicates(session: Session, lead_id: UUID) -> tuple[Repeat, ...]:
    rows = session.execute(
        select(DuplicateMark, Partner.display_name)
        .join(Lead, Lead.id == DuplicateMark.other_lead_id)
        .join(Partner, Partner.id == Lead.partner_id)
        .where(DuplicateMark.lead_id == lead_id)
    )
    found = [
        Repeat(mark.level, mark.other_lead_id, name, tuple(MatchSet(kind) for kind in mark.matched_by), mark.found_at)
        for mark, name in rows
    ]
    return tuple(sorted(found, key=lambda each: list(DuplicateLevel).index(each.level)))


def _steps(session: Session, lead_id: UUID) -> tuple[LeadStep, ...]:
    rows = session.execute(
        select(LeadEvent.at, LeadEvent.from_status, LeadEvent.to_status, LeadEvent.reason, LeadEvent.detail)
        .where(LeadEvent.lead_id == lead_id)
        .order_by(LeadEvent.id)
    )
    return tuple(LeadStep(*row) for row in rows)
