"""Complaints of students, for staff: the list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.complaint import ComplaintKind
from webapp.domain.lead_return import ReturnStatus
from webapp.models import Complaint, Lead, LeadReturn, Partner
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(Complaint.at, Complaint.lead_id)


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One lead that was complained about; nothing says who the student is. `returned` is where its return stands."""

    lead_id: UUID
    at: datetime
    partner_id: UUID
    partner: str
    program_id: str
    kind: ComplaintKind
    recorded_by: str
    delivered_at: datetime | None
    returned: ReturnStatus | None


def list_complaints(
    session: Session,
    *,
    partner_id: UUID | None = None,
    kind: ComplaintKind | None = None,
    cursor: str | None = None,
) -> Page[ComplaintRow]:
    """Complaints, the newest first; about one partner or of one kind, where named."""
    statement = (
        select(
            Complaint.lead_id,
            Complaint.at,
            Complaint.partner_id,
            Partner.display_name,
            Lead.program_id,
            Complaint.kind,
            Complaint.recorded_by,
            Lead.delivered_at,
            LeadReturn.status,
        )
        .join(Lead, Lead.id == Complaint.lead_id)
        .join(Partner, Partner.id == Complaint.partner_id)
        .outerjoin(LeadReturn, LeadReturn.lead_id == Complaint.lead_id)
    )
    if partner_id is not None:
        statement = statement.where(Complaint.partner_id == partner_id)
    if kind is not None:
        statement = statement.where(Complaint.kind == kind)
    return read_page(session, statement, _ORDER, lambda row: ComplaintRow(*row[:9]), cursor=cursor)


def find_complaint(session: Session, lead_id: UUID) -> ComplaintRow | None:
    """The complaint about one lead, if there is one."""
    row = session.get(Complaint, lead_id)
    if row is None:
        return None
    lead, partner = session.get_one(Lead, lead_id), session.get_one(Partner, row.partner_id)
    returned = session.execute(select(LeadReturn.status).where(LeadReturn.lead_id == lead_id)).scalar()
    return ComplaintRow(
        lead_id,
        row.at,
        partner.id,
        partner.display_name,
        lead.program_id,
        row.kind,
        row.recorded_by,
        lead.delivered_at,
        returned,
    )
