"""The certificate of one consent, for the partner it was given to."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.models import Consent, Lead
from webapp.queries.consents import ConsentRow, consent_chain
from webapp.queries.visibility import visible_to


@dataclass(frozen=True, slots=True)
class ConsentCertificate:
    """The records about one lead, in order, and whether the whole chain they stand in holds now.

    Records about other schools are in the chain and are checked, but not told: they are no business of this one.
    """

    lead_id: UUID
    program_id: str
    rows: tuple[ConsentRow, ...]
    holds: bool


def get_consent_certificate(session: Session, partner_id: UUID, record_id: UUID) -> ConsentCertificate:
    """The certificate that a record belongs to. NotFound for another partner's, or of a lead it may not know of."""
    row = session.execute(
        select(Lead.id, Lead.program_id, Lead.prospect_id)
        .join(Consent, Consent.lead_id == Lead.id)
        .where(Consent.id == record_id, visible_to(partner_id))
    ).first()
    if row is None:
        raise NotFound("There is no such record.")
    chain = consent_chain(session, row.prospect_id)
    return ConsentCertificate(row.id, row.program_id, chain.of_lead(row.id), chain.fault is None)


def find_certificate_of_lead(session: Session, partner_id: UUID, lead_id: UUID) -> UUID | None:
    """The id of the first record about a lead, which its certificate is found by."""
    return session.execute(
        select(Consent.id)
        .join(Lead, Lead.id == Consent.lead_id)
        .where(Lead.id == lead_id, visible_to(partner_id))
        .order_by(Consent.sequence)
        .limit(1)
    ).scalar()
