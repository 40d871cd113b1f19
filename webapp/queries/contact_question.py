"""What the question "did the school contact you?" is about, for whoever has the link from the mail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import ContactAnswer, Lead, Partner, Program, Prospect


@dataclass(frozen=True, slots=True)
class ContactQuestion:
    """The school and the program; nothing of the student. `said` is None until it was answered."""

    lead_id: UUID
    prospect_id: UUID
    legal_name: str
    program: str
    delivered_at: datetime
    said: bool | None


def find_contact_question(session: Session, lead_id: UUID) -> ContactQuestion | None:
    """None where there is no such lead, no school ever had it, or the student was erased."""
    row = session.execute(
        select(
            Lead.id,
            Lead.prospect_id,
            Partner.legal_name,
            Program.name,
            Lead.program_id,
            Lead.delivered_at,
            ContactAnswer.contacted,
        )
        .join(Partner, Partner.id == Lead.partner_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .outerjoin(ContactAnswer, ContactAnswer.lead_id == Lead.id)
        .where(Lead.id == lead_id, Lead.delivered_at.is_not(None), Prospect.erased_at.is_(None))
    ).first()
    if row is None:
        return None
    return ContactQuestion(
        row.id, row.prospect_id, row.legal_name, row.name or row.program_id, row.delivered_at, row.contacted
    )
