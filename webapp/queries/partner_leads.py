"""Leads as their own partner sees them. Every statement names the partner: another's ids find nothing.

A lead is seen once nothing of it waits for the student or for us. Its student is shown only where the partner has their
details by a hand-over, and no longer once the student took it back or was erased.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound
from webapp.domain.funnel import FunnelStatus
from webapp.domain.lead import HAS_PERSON, SEEN_BY_PARTNER, LeadStatus
from webapp.domain.lead_return import ReturnStatus
from webapp.domain.notice import NoticeKind
from webapp.domain.question import Answer
from webapp.models import (
    FunnelStanding,
    Lead,
    LeadEvent,
    LeadReturn,
    ListingStatus,
    PartnerInstitution,
    Program,
    Prospect,
    Submission,
)
from webapp.queries.deliveries import next_retry
from webapp.queries.notice import NoticeRow, notices_of_lead
from webapp.queries.paging import Page, newest_first, read_page
from webapp.queries.partner_delivery import PartnerDelivery, deliveries_of_lead
from webapp.queries.question import answers_of
from webapp.queries.visibility import is_opened, visible_to

_ORDER = newest_first(Lead.created_at, Lead.id)
EXPORT_BATCH = 500
MOST_PROGRAMS = 300


@dataclass(frozen=True, slots=True)
class PartnerLeadFilter:
    """What a partner's list is narrowed to; None means all. `since` and `until` bound when the student asked.

    `step` is how far a lead came at the furthest; `not_contacted` are those the school has and said nothing of.
    """

    status: LeadStatus | None = None
    program_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    test: bool | None = None
    step: FunnelStatus | None = None
    not_contacted: bool = False


@dataclass(frozen=True, slots=True)
class PartnerLeadRow:
    """One line of the list. `student` is a name, only where it was asked for and the partner may be shown it."""

    id: UUID
    created_at: datetime
    program_id: str
    program: str | None
    status: LeadStatus
    reason: str | None
    test: bool
    delivered_at: datetime | None
    retry_at: datetime | None
    is_opened: bool
    student: str | None


@dataclass(frozen=True, slots=True)
class PartnerLeadStep:
    """One step of the timeline."""

    at: datetime
    status: LeadStatus
    reason: str


@dataclass(frozen=True, slots=True)
class PartnerLead:
    """One lead. Who it is about stands in the document that was handed over, which `has_person` allows to show."""

    id: UUID
    created_at: datetime
    status: LeadStatus
    reason: str | None
    test: bool
    program_id: str
    program: str | None
    channels: tuple[str, ...]
    preferences: ContactPreferences
    answers: tuple[Answer, ...]
    delivered_at: datetime | None
    retry_at: datetime | None
    expires_at: datetime
    erased_at: datetime | None
    has_person: bool
    steps: tuple[PartnerLeadStep, ...]
    deliveries: tuple[PartnerDelivery, ...]
    notices: tuple[NoticeRow, ...]

    @property
    def taken_back(self) -> NoticeRow | None:
        """What the partner was told last that ends its use of the lead."""
        ends = [each for each in self.notices if each.kind in (NoticeKind.WITHDRAWN, NoticeKind.ERASED)]
        return ends[-1] if ends else None


@dataclass(frozen=True, slots=True)
class ExportedLead:
    """One line of the export. Who it is about is None where the partner may not be shown it."""

    id: UUID
    created_at: datetime
    program_id: str
    program: str | None
    status: LeadStatus
    reason: str | None
    test: bool
    delivered_at: datetime | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    channels: tuple[str, ...]
    preferences: ContactPreferences
    answers: tuple[Answer, ...]


def list_partner_leads(
    session: Session, partner_id: UUID, wanted: PartnerLeadFilter, *, cursor: str | None, with_names: bool = False
) -> Page[PartnerLeadRow]:
    """The partner's leads, newest first."""
    may_name = and_(Lead.status.in_(HAS_PERSON), literal(with_names))
    name = func.nullif(func.concat_ws(" ", Prospect.first_name, Prospect.last_name), "")
    statement = _narrowed(
        select(
            Lead.id,
            Lead.created_at,
            Lead.program_id,
            Program.name,
            Lead.status,
            Lead.reason,
            Lead.test,
            Lead.delivered_at,
            next_retry().label("retry_at"),
            is_opened().label("is_opened"),
            case((may_name, name)).label("student"),
        )
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .outerjoin(Program, Program.program_id == Lead.program_id),
        partner_id,
        wanted,
    )
    return read_page(session, statement, _ORDER, lambda row: PartnerLeadRow(*row[:11]), cursor=cursor)


def get_partner_lead(session: Session, partner_id: UUID, lead_id: UUID) -> PartnerLead:
    """One lead of the partner. NotFound for one that is another's, or that it may not know of yet."""
    row = session.execute(
        select(Lead, Program.name, Prospect.erased_at, next_retry().label("retry_at"))
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .where(Lead.id == lead_id, visible_to(partner_id))
    ).first()
    if row is None:
        raise NotFound("There is no such lead.")
    lead: Lead = row.Lead
    has_person = lead.status in HAS_PERSON and row.erased_at is None
    return PartnerLead(
        id=lead.id,
        created_at=lead.created_at,
        status=lead.status,
        reason=lead.reason,
        test=lead.test,
        program_id=lead.program_id,
        program=row.name,
        channels=tuple(lead.channels),
        preferences=ContactPreferences.from_json(lead.contact_preferences),
        answers=answers_of(session, [lead.id]).get(lead.id, ()) if has_person else (),
        delivered_at=lead.delivered_at,
        retry_at=row.retry_at,
        expires_at=lead.expires_at,
        erased_at=row.erased_at,
        has_person=has_person,
        steps=_steps(session, lead.id),
        deliveries=deliveries_of_lead(session, partner_id, lead.id),
        notices=notices_of_lead(session, lead.id),
    )


def programs_of_partner(session: Session, partner_id: UUID) -> tuple[tuple[str, str], ...]:
    """The published programs that the partner speaks for, as (id, name), to filter by."""
    rows = session.execute(
        select(Program.program_id, Program.name)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
        .where(PartnerInstitution.partner_id == partner_id, Program.status == ListingStatus.PUBLISHED)
        .order_by(Program.name, Program.program_id)
        .limit(MOST_PROGRAMS)
    )
    return tuple((row.program_id, row.name) for row in rows)


def export_partner_leads(
    session: Session, partner_id: UUID, wanted: PartnerLeadFilter, *, after: tuple[datetime, UUID] | None
) -> tuple[ExportedLead, ...]:
    """The next `EXPORT_BATCH` leads after one (None: from the newest on); empty at the end."""
    from_person = and_(Lead.status.in_(HAS_PERSON), Prospect.erased_at.is_(None))
    statement = _narrowed(
        select(Lead, Program.name, Prospect, from_person.label("has_person"), Submission.profile["practical"])
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .join(Submission, Submission.id == Lead.submission_id)
        .outerjoin(Program, Program.program_id == Lead.program_id),
        partner_id,
        wanted,
    )
    if after is not None:
        statement = statement.where(tuple_(Lead.created_at, Lead.id) < tuple_(*after))
    rows = session.execute(statement.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(EXPORT_BATCH)).all()
    answers = answers_of(session, [row.Lead.id for row in rows if row.has_person])
    return tuple(_exported(row, answers.get(row.Lead.id, ())) for row in rows)


def _exported(row: Any, answers: Sequence[Answer]) -> ExportedLead:
    lead, prospect = row.Lead, row.Prospect if row.has_person else None
    place = (row[4] if prospect else None) or {}
    calls = {"phone", "text"} & set(lead.channels)
    return ExportedLead(
        id=lead.id,
        created_at=lead.created_at,
        program_id=lead.program_id,
        program=row.name,
        status=lead.status,
        reason=lead.reason,
        test=lead.test,
        delivered_at=lead.delivered_at,
        first_name=prospect and prospect.first_name,
        last_name=prospect and prospect.last_name,
        email=prospect and prospect.email,
        phone=prospect.phone if prospect and calls else None,
        state=place.get("state"),
        postal_code=place.get("postal_code"),
        country=place.get("country"),
        channels=tuple(lead.channels) if prospect else (),
        preferences=ContactPreferences.from_json(lead.contact_preferences),
        answers=tuple(answers),
    )


def _narrowed(
    statement: Select[*tuple[Any, ...]], partner_id: UUID, wanted: PartnerLeadFilter
) -> Select[*tuple[Any, ...]]:
    statement = statement.where(visible_to(partner_id, wanted.status))
    if wanted.program_id is not None:
        statement = statement.where(Lead.program_id == wanted.program_id)
    if wanted.since is not None:
        statement = statement.where(Lead.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Lead.created_at < wanted.until)
    if wanted.test is not None:
        # As a bare condition, which the index of tests is kept by.
        statement = statement.where(Lead.test if wanted.test else ~Lead.test)
    if wanted.step is not None:
        statement = statement.where(_said(FunnelStanding.status == wanted.step))
    if wanted.not_contacted:
        statement = statement.where(
            Lead.status == LeadStatus.DELIVERED,
            ~_said(FunnelStanding.status.is_not(None)),
            ~exists().where(LeadReturn.lead_id == Lead.id, LeadReturn.status == ReturnStatus.APPROVED),
        )
    return statement


def _said(what: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(FunnelStanding.lead_id == Lead.id, what)


def _steps(session: Session, lead_id: UUID) -> tuple[PartnerLeadStep, ...]:
    """From the first hand-over on. What was held before, and why, is between the student and us."""
    rows = session.execute(
        select(LeadEvent.at, LeadEvent.to_status, LeadEvent.reason)
        .where(LeadEvent.lead_id == lead_id)
        .order_by(LeadEvent.id)
    )
    steps = [PartnerLeadStep(row.at, LeadStatus(row.to_status), row.reason) for row in rows]
    return tuple(step for step in steps if step.status in SEEN_BY_PARTNER or step.status is LeadStatus.WITHDRAWN)
