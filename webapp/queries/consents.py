"""Consent records, with the hash chain checked as they are read."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.consent import ConsentRecord, first_broken_link
from webapp.models import Consent


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One record, the lead it allows (if any) and the digest stored beside it, in hexadecimal."""

    record: ConsentRecord
    lead_id: UUID | None
    digest: str


@dataclass(frozen=True, slots=True)
class ConsentChain:
    """All of one prospect's records in order. `broken_at` is the first that does not follow; None when all hold."""

    rows: tuple[ConsentRow, ...]
    broken_at: int | None

    def of_lead(self, lead_id: UUID) -> tuple[ConsentRow, ...]:
        """The records about one lead."""
        return tuple(row for row in self.rows if row.lead_id == lead_id)


def consent_chain(session: Session, prospect_id: UUID) -> ConsentChain:
    """The whole chain of one prospect, checked link by link."""
    found = session.scalars(select(Consent).where(Consent.prospect_id == prospect_id).order_by(Consent.sequence)).all()
    rows = tuple(ConsentRow(_record(row), row.lead_id, row.digest.hex()) for row in found)
    broken = first_broken_link((mine.record, row.digest) for mine, row in zip(rows, found, strict=True))
    return ConsentChain(rows, broken)


def _record(row: Consent) -> ConsentRecord:
    return ConsentRecord(
        record_id=row.id,
        sequence=row.sequence,
        prospect_key=row.prospect_key,
        kind=row.kind,
        purpose=row.purpose,
        legal_entity=row.legal_entity,
        program_id=row.program_id,
        channels=tuple(row.channels),
        text_version=row.text_version,
        text=row.text,
        page=row.page,
        at=row.at,
        contact_preferences=row.contact_preferences,
    )
