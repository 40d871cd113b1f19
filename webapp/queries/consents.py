"""Consent records, with the hash chain checked as they are read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select, union
from sqlalchemy.orm import Session

from webapp.domain.consent import (
    ChainEnd,
    ChainFault,
    ConsentKind,
    ConsentPurpose,
    ConsentRecord,
    first_fault,
)
from webapp.models import Consent, ConsentAnchor, Lead, Prospect, Submission

BATCH = 500
_Row = Any
"""A row as the database gives it: a record's columns, or a lead's."""
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00 AD'


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One record, the lead it allows (if any) and the digest stored beside it, in hexadecimal."""

    record: ConsentRecord
    lead_id: UUID | None
    digest: str


@dataclass(frozen=True, slots=True)
class ConsentChain:
    """All of one prospect's records in order. `fault` is the first thing wrong with them; None when all hold.

    A record that cannot be read at all is not among `rows`; the fault names it.
    """

    prospect_id: UUID
    rows: tuple[ConsentRow, ...]
    fault: ChainFault | None

    @property
    def head(self) -> str:
        """The digest of the last record, which stands for all of them; "" when there is none."""
        return self.rows[-1].digest if self.rows else ""

    def of_lead(self, lead_id: UUID) -> tuple[ConsentRow, ...]:
        """The records about one lead."""
        return tuple(row for row in self.rows if row.lead_id == lead_id)


@dataclass(frozen=True, slots=True)
class _Around:
    """What other tables say of some prospects: who asked what, and where their chains end."""

    submissions: Mapping[UUID, UUID]
    leads: Mapping[UUID, _Row]
    ends: Mapping[UUID, ChainEnd]


def consent_chain(session: Session, prospect_id: UUID) -> ConsentChain:
    """The whole chain of one prospect, checked link by link and against what was asked."""
    return _chains(session, [prospect_id])[0]


def all_consent_chains(session: Session) -> Iterator[ConsentChain]:
    """Every chain there is or should be, in batches: also of prospects whose records are gone, or who are."""
    last: UUID | None = None
    while prospect_ids := _next_prospects(session, last):
        yield from _chains(session, prospect_ids)
        last = prospect_ids[-1]


def count_prospects_with_consents(session: Session) -> int:
    """About how many chains there are, to show progress by."""
    return session.execute(select(func.count()).select_from(ConsentAnchor)).scalar_one()


def _next_prospects(session: Session, last: UUID | None) -> Sequence[UUID]:
    kept = select(Lead.prospect_id).join(Prospect, Prospect.id == Lead.prospect_id)
    sources = (
        select(Consent.prospect_id),
        select(ConsentAnchor.prospect_id),
        kept.where(Prospect.consents_purged_at.is_(None)),
    )
    columns = (Consent.prospect_id, ConsentAnchor.prospect_id, Lead.prospect_id)
    after = [
        source if last is None else source.where(column > last) for source, column in zip(sources, columns, strict=True)
    ]
    both = union(*after).subquery()
    return session.scalars(select(both.c.prospect_id).order_by(both.c.prospect_id).limit(BATCH)).all()


def _chains(session: Session, prospect_ids: Sequence[UUID]) -> list[ConsentChain]:
    found = session.execute(
        select(
            Consent.id,
            Consent.prospect_id,
            Consent.submission_id,
            Consent.lead_id,
            Consent.sequence,
            Consent.prospect_key,
            # As text, so that a value that no record can have is a fault to name and not an error.
            cast(Consent.kind, Text).label("kind"),
            cast(Consent.purpose, Text).label("purpose"),
            Consent.legal_entity,
            Consent.program_id,
            Consent.channels,
            Consent.contact_preferences,
            Consent.text_version,
            Consent.text,
            Consent.page,
            func.to_char(func.timezone("UTC", Consent.at), _MOMENT).label("at"),
            Consent.digest,
        )
        .where(Consent.prospect_id.in_(prospect_ids))
        .order_by(Consent.prospect_id, Consent.sequence)
    ).all()
    rows = {key: list(group) for key, group in groupby(found, key=lambda row: row.prospect_id)}
    around = _around(session, prospect_ids)
    return [_checked(prospect_id, rows.get(prospect_id, []), around) for prospect_id in prospect_ids]


def _around(session: Session, prospect_ids: Sequence[UUID]) -> _Around:
    submissions = session.execute(
        select(Submission.id, Submission.prospect_id).where(Submission.prospect_id.in_(prospect_ids))
    )
    leads = session.execute(
        select(Lead.id, Lead.prospect_id, Lead.submission_id, Lead.program_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .where(Lead.prospect_id.in_(prospect_ids), Prospect.consents_purged_at.is_(None))
    )
    ends = session.execute(
        select(ConsentAnchor.prospect_id, ConsentAnchor.records, ConsentAnchor.head).where(
            ConsentAnchor.prospect_id.in_(prospect_ids)
        )
    )
    return _Around(
        submissions={row.id: row.prospect_id for row in submissions},
        leads={row.id: row for row in leads},
        ends={row.prospect_id: ChainEnd(row.records, row.head) for row in ends},
    )


def _checked(prospect_id: UUID, found: Sequence[_Row], around: _Around) -> ConsentChain:
    rows: list[ConsentRow] = []
    faults: list[ChainFault] = []
    for row in found:
        try:
            rows.append(ConsentRow(_record(row), row.lead_id, row.digest.hex()))
        except (ValueError, TypeError):
            faults.append(ChainFault(row.sequence, row.id, "It cannot be read as a record."))
            continue
        if (misplaced := _misplaced(prospect_id, row, around)) is not None:
            faults.append(misplaced)
    links = [(row.record, bytes.fromhex(row.digest)) for row in rows]
    # Where a record cannot be read, or belongs elsewhere, that is the cause of whatever the chain then lacks.
    fault = faults[0] if faults else first_fault(links, around.ends.get(prospect_id))
    return ConsentChain(prospect_id, tuple(rows), fault or _unasked(prospect_id, found, around))


def _misplaced(prospect_id: UUID, row: _Row, around: _Around) -> ChainFault | None:
    """The digest covers what was agreed; that it was this student, request and introduction, the other rows say."""
    fault = ChainFault(row.sequence, row.id, "It points to a request or an introduction that it was not given for.")
    if around.submissions.get(row.submission_id) != prospect_id:
        return fault
    if row.purpose == ConsentPurpose.MATCHES_BY_MAIL:
        return fault if row.lead_id is not None else None
    lead = around.leads.get(row.lead_id)
    asked = (prospect_id, row.submission_id, row.program_id)
    return fault if lead is None or (lead.prospect_id, lead.submission_id, lead.program_id) != asked else None


def _unasked(prospect_id: UUID, found: Sequence[_Row], around: _Around) -> ChainFault | None:
    """An introduction that nobody is on record to have allowed."""
    allowed = {row.lead_id for row in found if row.kind == ConsentKind.GIVEN}
    for lead in around.leads.values():
        if lead.prospect_id == prospect_id and lead.id not in allowed:
            return ChainFault(1, None, f"The record that allowed the introduction {lead.id} is missing.")
    return None


def _record(row: _Row) -> ConsentRecord:
    """The record in a row; ValueError or TypeError where a value is none that a record can have."""
    if not isinstance(row.channels, list) or not all(isinstance(channel, str) for channel in row.channels):
        raise ValueError("channels")
    if row.contact_preferences is not None and not isinstance(row.contact_preferences, dict):
        raise ValueError("contact_preferences")
    moment, _, era = (row.at or "").partition(" ")
    if era != "AD":
        raise ValueError("at")
    return ConsentRecord(
        record_id=row.id,
        sequence=row.sequence,
        prospect_key=row.prospect_key,
        kind=ConsentKind(row.kind),
        purpose=ConsentPurpose(row.purpose),
        legal_entity=row.legal_entity,
        program_id=row.program_id,
        channels=tuple(row.channels),
        text_version=row.text_version,
        text=row.text,
        page=row.page,
        at=datetime.fromisoformat(moment),
        contact_preferences=row.contact_preferences,
    )
