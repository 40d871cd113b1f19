"""The leads that wait for a person of ours: why, since when, until when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from webapp.domain.duplicate import DuplicateLevel, MatchSet
from webapp.domain.lead import AWAITING_CONFIRMATION, LeadStatus
from webapp.models import DuplicateMark, Lead, LeadEvent, Partner
from webapp.queries.paging import Order, Page, newest_first, read_page

_ORDER = Order(newest_first(Lead.created_at, Lead.id).keys, descending=False)


@dataclass(frozen=True, slots=True)
class SameAs:
    """The lead that one seems to repeat, and by what."""

    lead_id: UUID
    level: DuplicateLevel
    matched_by: tuple[MatchSet, ...]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One lead to look at; nothing says who the student is. `detail` is what its last step says beside the reason."""

    id: UUID
    created_at: datetime
    partner_id: UUID
    partner: str
    program_id: str
    test: bool
    reason: str
    expires_at: datetime
    held_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    same_as: SameAs | None = None


def _waits() -> ColumnElement[bool]:
    """What waits for the student to confirm an address needs nobody of ours."""
    return and_(Lead.status == LeadStatus.HELD_REVIEW, Lead.reason.is_distinct_from(AWAITING_CONFIRMATION))


def count_review_by_reason(session: Session, partner_id: UUID | None = None) -> dict[str, int]:
    """The same by reason, the most frequent first."""
    statement = select(Lead.reason, func.count()).where(_waits()).group_by(Lead.reason).order_by(func.count().desc())
    if partner_id is not None:
        statement = statement.where(Lead.partner_id == partner_id)
    return {row[0] or "": row[1] for row in session.execute(statement)}


def list_review(
    session: Session,
    *,
    partner_id: UUID | None = None,
    reason: str | None = None,
    among: Collection[str] | None = None,
    cursor: str | None = None,
) -> Page[ReviewRow]:
    """The leads that wait for a person of ours, the oldest first, since it ends first; `among`: their reasons."""
    statement = (
        select(
            Lead.id,
            Lead.created_at,
            Lead.partner_id,
            Partner.display_name,
            Lead.program_id,
            Lead.test,
            func.coalesce(Lead.reason, ""),
            Lead.expires_at,
        )
        .join(Partner, Partner.id == Lead.partner_id)
        .where(_waits())
    )
    if partner_id is not None:
        statement = statement.where(Lead.partner_id == partner_id)
    if reason:
        statement = statement.where(Lead.reason == reason)
    if among is not None:
        statement = statement.where(Lead.reason.in_(among))
    page = read_page(session, statement, _ORDER, lambda row: ReviewRow(*row[:8]), cursor=cursor)
    ids = [row.id for row in page.items]
    steps, same = _last_steps(session, ids), _same(session, ids)
    rows = []
    for row in page.items:
        held_at, detail = steps.get(row.id, (None, {}))
        rows.append(replace(row, held_at=held_at, detail=detail, same_as=same.get(row.id)))
    return Page(tuple(rows), page.back, page.on)


def _last_steps(session: Session, ids: list[UUID]) -> dict[UUID, tuple[datetime, Mapping[str, Any]]]:
    rows = session.execute(
        select(LeadEvent.lead_id, LeadEvent.at, LeadEvent.detail)
        .where(LeadEvent.lead_id.in_(ids), LeadEvent.to_status == LeadStatus.HELD_REVIEW)
        .order_by(LeadEvent.id)
    )
    return {row.lead_id: (row.at, row.detail) for row in rows}


def _same(session: Session, ids: list[UUID]) -> dict[UUID, SameAs]:
    """The closest repeat of each: of the same partner before another's."""
    rows = session.scalars(select(DuplicateMark).where(DuplicateMark.lead_id.in_(ids))).all()
    order = list(DuplicateLevel)
    found: dict[UUID, SameAs] = {}
    for mark in sorted(rows, key=lambda each: order.index(each.level), reverse=True):
        kinds = tuple(MatchSet(kind) for kind in mark.matched_by)
        found[mark.lead_id] = SameAs(mark.other_lead_id, mark.level, kinds)
    return found
