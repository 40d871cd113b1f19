"""Institutions to choose from, and which partner speaks for them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Institution, Partner, PartnerInstitution, Program

MOST = 20


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """One institution. `partner` is the name of the one that speaks for it, if any."""

    id: UUID
    name: str
    programs: int
    partner: str | None


@dataclass(frozen=True, slots=True)
class ProgramChoice:
    """A program that may go into a group, and the group it is in."""

    program_id: str
    name: str
    institution: str


def search_institutions(session: Session, words: str) -> tuple[InstitutionRow, ...]:
    """Institutions whose name holds `words`, at most twenty, by name; none for no words."""
    if not words.strip():
        return ()
    programs = (
        select(func.count()).select_from(Program).where(Program.institution_id == Institution.id).scalar_subquery()
    )
    rows = session.execute(
        select(Institution.id, Institution.name, programs, Partner.display_name)
        .outerjoin(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
        .outerjoin(Partner, Partner.id == PartnerInstitution.partner_id)
        .where(Institution.name.icontains(words.strip(), autoescape=True))
        .order_by(Institution.name, Institution.id)
        .limit(MOST)
    )
    return tuple(InstitutionRow(*row) for row in rows)


def programs_of_partner(session: Session, partner_id: UUID, words: str, *, most: int = 100) -> list[ProgramChoice]:
    """Published and withdrawn programs of the partner's institutions whose name or id holds `words`, by name."""
    told = words.strip()
    rows = session.execute(
        select(Program.program_id, Program.name, Institution.name)
        .join(Institution, Institution.id == Program.institution_id)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
        .where(PartnerInstitution.partner_id == partner_id)
        .where(Program.name.icontains(told, autoescape=True) | Program.program_id.icontains(told, autoescape=True))
        .order_by(Program.name, Program.program_id)
        .limit(most)
    )
    return [ProgramChoice(*row) for row in rows]
