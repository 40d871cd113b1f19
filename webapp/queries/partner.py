"""Which partner speaks for which program."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.partner import PartnerStatus
from webapp.models import Institution, Partner, PartnerEndpoint, PartnerInstitution, Program


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


def current_endpoints(session: Session, partner_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The first delivery method in use of each partner that has one."""
    rows = session.execute(
        select(PartnerEndpoint.partner_id, PartnerEndpoint.id)
        .where(PartnerEndpoint.partner_id.in_(list(partner_ids)))
        .where(PartnerEndpoint.disabled_at.is_(None), PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position.desc(), PartnerEndpoint.created_at)
    )
    # The last of each partner stays: the lowest position, and the newest of two in one place.
    return {row.partner_id: row.id for row in rows}
