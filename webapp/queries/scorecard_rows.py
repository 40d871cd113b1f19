"""The rows behind the figures of the scorecard: each figure and its list are of one condition, so they always agree."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from webapp.domain.complaint import ComplaintKind
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.scorecard import Figure
from webapp.models import Complaint, ContactAnswer, FunnelStanding, Lead, LeadReturn
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(Lead.created_at, Lead.id)


@dataclass(frozen=True, slots=True)
class CountedLead:
    """One lead that a figure counts, and what is known of it. Nothing says who the student is."""

    id: UUID
    created_at: datetime
    program_id: str
    status: LeadStatus
    delivered_at: datetime | None
    school_says: bool
    student_says: bool | None
    complaint: ComplaintKind | None
    returned: ReturnReason | None


def counted_in(figure: Figure, since: datetime, until: datetime) -> ColumnElement[bool]:
    """Whether a figure counts a lead, by the day of its hand-over, where there was one. Tests and seeds are in none."""
    then = and_(delivered(), Lead.delivered_at > since, Lead.delivered_at <= until)
    refused = and_(
        _real(),
        Lead.delivered_at.is_(None),
        Lead.status.in_((LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER)),
        Lead.created_at > since,
        Lead.created_at <= until,
    )
    said = _is_there(FunnelStanding, FunnelStanding.status.is_not(None))
    answered = _is_there(ContactAnswer)
    agreed = _is_there(ContactAnswer, ContactAnswer.contacted.is_(True))
    returned = _is_there(LeadReturn, LeadReturn.status == ReturnStatus.APPROVED)
    conditions: dict[Figure, ColumnElement[bool]] = {
        Figure.DELIVERED: then,
        Figure.ANSWERED: or_(then, refused),
        Figure.REFUSED: refused,
        Figure.REACHED: and_(then, or_(said, agreed)),
        Figure.STUDENT_SAYS: and_(then, answered),
        Figure.COMPLAINED: and_(then, _is_there(Complaint)),
        Figure.RETURNED: and_(then, returned),
    }
    return conditions[figure]


def delivered() -> ColumnElement[bool]:
    """Whether the scorecard counts a lead as delivered, on whatever day. Tests and seeds are in none of it."""
    return and_(_real(), Lead.delivered_at.is_not(None))


def _real() -> ColumnElement[bool]:
    return and_(~Lead.test, ~Lead.seed)


def _is_there(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a lead has such a row; on its own, also where the statement around it reads the same table."""
    return exists(select(table.lead_id).where(table.lead_id == Lead.id, *conditions).correlate(Lead))


def list_counted(
    session: Session,
    partner_id: UUID,
    figure: Figure,
    *,
    since: datetime,
    until: datetime,
    reason: ReturnReason | None = None,
    cursor: str | None = None,
) -> Page[CountedLead]:
    """The leads that a figure of one partner counts, the newest first; of returns those for one reason, where named."""
    statement = (
        select(
            Lead.id,
            Lead.created_at,
            Lead.program_id,
            Lead.status,
            Lead.delivered_at,
            FunnelStanding.status.is_not(None),
            ContactAnswer.contacted,
            Complaint.kind,
            LeadReturn.reason,
        )
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .outerjoin(ContactAnswer, ContactAnswer.lead_id == Lead.id)
        .outerjoin(Complaint, Complaint.lead_id == Lead.id)
        .outerjoin(LeadReturn, and_(LeadReturn.lead_id == Lead.id, LeadReturn.status == ReturnStatus.APPROVED))
        .where(Lead.partner_id == partner_id, counted_in(figure, since, until))
    )
    if reason is not None:
        statement = statement.where(LeadReturn.reason == reason)
    return read_page(session, statement, _ORDER, lambda row: CountedLead(*row[:9]), cursor=cursor)
