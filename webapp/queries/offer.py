"""Which partner speaks for which program."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.partner import PartnerStatus
from webapp.models import Institution, Partner, PartnerInstitution, Program


@dataclass(frozen=True, slots=True)
class Offer:
    """A partner that can be asked for an introduction about a program."""

    partner_id: UUID
    legal_name: str
    display_name: str
    program_id: str
    program_name: str
    institution: str
    test: bool


def offers_for(session: Session, program_ids: Iterable[str]) -> dict[str, Offer]:
    """The offer for each program whose institution has a partner that takes leads, keyed by program id."""
    rows = session.execute(
        select(Program.program_id, Program.name, Institution.name.label("institution"), Partner)
        .join(Institution, Institution.id == Program.institution_id)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
        .join(Partner, Partner.id == PartnerInstitution.partner_id)
        .where(Program.program_id.in_(list(program_ids)), Partner.status != PartnerStatus.ENDED)
    )
    return {
        program_id: Offer(
            partner_id=partner.id,
            legal_name=partner.legal_name,
            display_name=partner.display_name,
            program_id=program_id,
            program_name=name,
            institution=institution,
            test=partner.status is PartnerStatus.TEST,
        )
        for program_id, name, institution, partner in rows
    }
