"""Leads as the systems of their partner see them, by key: only those that were handed over, and what became of them.

What the people of a partner see in the portal, with names and the whole story, is in `partner_leads`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.models import Lead, LeadEvent, Prospect
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(Lead.created_at, Lead.id)
HANDED_OVER: Final = (
    LeadStatus.DELIVERING,
    LeadStatus.DELIVERED,
    LeadStatus.REJECTED,
    LeadStatus.DUPLICATE_AT_PARTNER,
)
"""Whatever is in these statuses has gone to its partner."""
MAY_HAVE_BEEN: Final = (LeadStatus.FAILED, LeadStatus.WITHDRAWN, LeadStatus.EXPIRED)
"""These may have been reached before or after the hand-over began; the timeline tells."""
SHOWN: Final = (*HANDED_OVER, *MAY_HAVE_BEEN)


@dataclass(frozen=True, slots=True)
class ApiLead:
    """One lead. Who the student is, is in its document, and only while `has_details`.

    `changed_at` is the time of the newest step. `erased`: the student had everything about them erased.
    """

    id: UUID
    created_at: datetime
    changed_at: datetime
    program_id: str
    status: LeadStatus
    reason: str | None
    test: bool
    delivered_at: datetime | None
    expires_at: datetime
    erased: bool

    @property
    def has_details(self) -> bool:
        """Whether the partner may read the student's details: it has them, and the student let it keep them."""
        return self.status is LeadStatus.DELIVERED and not self.erased


@dataclass(frozen=True, slots=True)
class ApiLeadFilter:
    """Whose leads, and which of them; None means all. `updated_since`: a step at that time or later."""

    partner_id: UUID
    test: bool
    status: LeadStatus | None = None
    program_id: str | None = None
    updated_since: datetime | None = None


def list_api_leads(session: Session, wanted: ApiLeadFilter, *, cursor: str | None, size: int) -> Page[ApiLead]:
    """A partner's leads, newest first: never one in its undo window or held."""
    statement = _rows().where(Lead.partner_id == wanted.partner_id, Lead.test.is_(wanted.test), _visible())
    if wanted.status is not None:
        statement = statement.where(Lead.status == wanted.status)
    if wanted.program_id is not None:
        statement = statement.where(Lead.program_id == wanted.program_id)
    if wanted.updated_since is not None:
        changed = select(LeadEvent.lead_id).where(LeadEvent.at >= wanted.updated_since)
        statement = statement.where(Lead.id.in_(changed))
    return read_page(session, statement, _ORDER, _lead, cursor=cursor, size=size)


def get_api_lead(session: Session, lead_id: UUID, *, partner_id: UUID, test: bool) -> ApiLead:
    """One lead. NotFound unless it is the partner's own and was handed over."""
    row = session.execute(
        _rows().where(Lead.id == lead_id, Lead.partner_id == partner_id, Lead.test.is_(test), _visible())
    ).first()
    if row is None:
        raise NotFound("There is no such lead.")
    return _lead(row)


def _visible() -> ColumnElement[bool]:
    began = exists().where(LeadEvent.lead_id == Lead.id, LeadEvent.to_status == LeadStatus.DELIVERING)
    return or_(Lead.status.in_(HANDED_OVER), Lead.status.in_(MAY_HAVE_BEEN) & began)


def _rows() -> Any:
    newest = select(func.max(LeadEvent.at)).where(LeadEvent.lead_id == Lead.id).correlate(Lead).scalar_subquery()
    return select(
        Lead.id,
        Lead.created_at,
        func.coalesce(newest, Lead.created_at),
        Lead.program_id,
        Lead.status,
        Lead.reason,
        Lead.test,
        Lead.delivered_at,
        Lead.expires_at,
        Prospect.erased_at.is_not(None),
    ).join(Prospect, Prospect.id == Lead.prospect_id)


def _lead(row: Any) -> ApiLead:
    return ApiLead(*row[:10])
