"""Returns: the list, one with the evidence that staff need to decide, and how often each reason is given."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.funnel import FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.message import MessageStatus, Template
from webapp.models import (
    Consent,
    ContactAnswer,
    FunnelStanding,
    Lead,
    LeadReturn,
    Message,
    Partner,
    Prospect,
    ReturnEvent,
)
from webapp.queries.invoice import LeadMoney, lead_money
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(LeadReturn.requested_at, LeadReturn.id)
_MOST_EARLIER = 20


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One line of the list. `words` and `decision_words` may name the student; they are gone after an erasure."""

    id: UUID
    lead_id: UUID
    partner_id: UUID
    partner: str
    program_id: str
    test: bool
    reason: ReturnReason
    words: str | None
    duplicate_on: date | None
    status: ReturnStatus
    requested_at: datetime
    requested_by: str
    decided_at: datetime | None
    decided_by: str | None
    decision_words: str | None


@dataclass(frozen=True, slots=True)
class ReturnStep:
    """One step: when, who, from where to where."""

    at: datetime
    from_status: ReturnStatus | None
    to_status: ReturnStatus
    actor: str


@dataclass(frozen=True, slots=True)
class SameStudent:
    """Another lead of the same address to the same partner."""

    lead_id: UUID
    program_id: str
    status: LeadStatus
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What we know that speaks for or against a return. Nothing here says who the student is.

    `mails` are how our own mails to the student's address fared; `says_contacted` is the student's own answer.
    """

    delivered_at: datetime | None
    consented_at: datetime | None
    same_student: tuple[SameStudent, ...]
    mails: tuple[tuple[Template, MessageStatus], ...]
    has_phone: bool
    erased: bool
    funnel: FunnelStatus | None
    says_contacted: bool | None


@dataclass(frozen=True, slots=True)
class ReturnDetail:
    """All of one return."""

    row: ReturnRow
    steps: tuple[ReturnStep, ...]
    money: LeadMoney
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ReasonRate:
    """How often one reason was given. Shares are of all returns in the span; `running` adds up down the list."""

    reason: ReturnReason
    requested: int
    approved: int
    denied: int
    share: float
    running: float


def list_returns(
    session: Session,
    *,
    partner_id: UUID | None = None,
    status: ReturnStatus | None = None,
    cursor: str | None = None,
) -> Page[ReturnRow]:
    """Returns, the newest first; of one partner or one status, where named."""
    statement = _rows()
    if partner_id is not None:
        statement = statement.where(LeadReturn.partner_id == partner_id)
    if status is not None:
        statement = statement.where(LeadReturn.status == status)
    return read_page(session, statement, _ORDER, lambda row: ReturnRow(*row[:15]), cursor=cursor)


def find_return(session: Session, lead_id: UUID) -> ReturnRow | None:
    """The return of a lead, if it was asked for."""
    row = session.execute(_rows().where(LeadReturn.lead_id == lead_id)).first()
    return ReturnRow(*row) if row else None


def get_return(session: Session, return_id: UUID) -> ReturnDetail:
    """One return with its evidence, for staff. NotFound when there is none."""
    row = session.execute(_rows().where(LeadReturn.id == return_id)).first()
    if row is None:
        raise NotFound("There is no such return.")
    steps = session.scalars(select(ReturnEvent).where(ReturnEvent.return_id == return_id).order_by(ReturnEvent.id))
    return ReturnDetail(
        row=ReturnRow(*row),
        steps=tuple(
            ReturnStep(
                step.at,
                ReturnStatus(step.from_status) if step.from_status else None,
                ReturnStatus(step.to_status),
                step.actor,
            )
            for step in steps
        ),
        money=lead_money(session, row.lead_id),
        evidence=evidence_of(session, row.lead_id),
    )


def evidence_of(session: Session, lead_id: UUID) -> Evidence:
    """What speaks for or against a return of that lead."""
    lead = session.get_one(Lead, lead_id)
    prospect = session.get_one(Prospect, lead.prospect_id)
    consented_at = session.execute(select(func.min(Consent.at)).where(Consent.lead_id == lead_id)).scalar()
    mails = session.execute(
        select(Message.template, Message.status)
        .where(Message.prospect_id == prospect.id)
        .order_by(Message.created_at, Message.id)
    )
    return Evidence(
        delivered_at=lead.delivered_at,
        consented_at=consented_at,
        same_student=_same_student(session, lead, prospect),
        mails=tuple((row.template, row.status) for row in mails),
        has_phone=prospect.phone is not None,
        erased=prospect.erased_at is not None,
        funnel=session.execute(select(FunnelStanding.status).where(FunnelStanding.lead_id == lead_id)).scalar(),
        says_contacted=session.execute(
            select(ContactAnswer.contacted).where(ContactAnswer.lead_id == lead_id)
        ).scalar(),
    )


def reason_rates(
    session: Session, *, partner_id: UUID | None = None, since: datetime | None = None, until: datetime | None = None
) -> tuple[ReasonRate, ...]:
    """How often each reason was given for leads that count, the most frequent first: the bars of a Pareto chart."""
    statement = (
        select(
            LeadReturn.reason,
            func.count(),
            func.count().filter(LeadReturn.status == ReturnStatus.APPROVED),
            func.count().filter(LeadReturn.status == ReturnStatus.DENIED),
        )
        .join(Lead, Lead.id == LeadReturn.lead_id)
        .where(Lead.counts)
        .group_by(LeadReturn.reason)
    )
    if partner_id is not None:
        statement = statement.where(LeadReturn.partner_id == partner_id)
    if since is not None:
        statement = statement.where(LeadReturn.requested_at >= since)
    if until is not None:
        statement = statement.where(LeadReturn.requested_at < until)
    rows = sorted(session.execute(statement).all(), key=lambda row: (-row[1], row[0]))
    total, running, found = sum(row[1] for row in rows), 0, []
    for reason, requested, approved, denied in rows:
        running += requested
        found.append(ReasonRate(reason, requested, approved, denied, requested / total, running / total))
    return tuple(found)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            LeadReturn.id,
            LeadReturn.lead_id,
            LeadReturn.partner_id,
            Partner.display_name,
            Lead.program_id,
            Lead.test,
            LeadReturn.reason,
            LeadReturn.words,
            LeadReturn.duplicate_on,
            LeadReturn.status,
            LeadReturn.requested_at,
            LeadReturn.requested_by,
            LeadReturn.decided_at,
            LeadReturn.decided_by,
            LeadReturn.decision_words,
        )
        .join(Lead, Lead.id == LeadReturn.lead_id)
        .join(Partner, Partner.id == LeadReturn.partner_id)
    )


def _same_student(session: Session, lead: Lead, prospect: Prospect) -> tuple[SameStudent, ...]:
    rows = session.execute(
        select(Lead.id, Lead.program_id, Lead.status, Lead.created_at, Lead.delivered_at)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .where(Prospect.email_key == prospect.email_key, Lead.partner_id == lead.partner_id, Lead.id != lead.id)
        .order_by(Lead.created_at, Lead.id)
        .limit(_MOST_EARLIER)
    )
    return tuple(SameStudent(*row) for row in rows)
