"""Writing down what a student allowed, or took back: the next link of their hash chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.domain.consent import GENESIS, ConsentKind, ConsentPurpose, ConsentRecord
from webapp.domain.ids import new_id
from webapp.models import Consent, Prospect


@dataclass(frozen=True, slots=True)
class Wording:
    """What was agreed to, or taken back, and where it was shown."""

    kind: ConsentKind
    purpose: ConsentPurpose
    legal_entity: str
    program_id: str
    channels: tuple[str, ...]
    text_version: str
    text: str
    page: str
    lead_id: UUID | None = None
    contact_preferences: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a prospect's chain stands."""

    prospect_id: UUID
    prospect_key: bytes
    last_sequence: int = 0
    last_digest: bytes = GENESIS


def chain_of(session: Session, prospect_id: UUID) -> Chain:
    """The end of a prospect's chain, with the prospect locked so that two links cannot take the same place.

    The lock lets others write rows that point to the prospect: a worker that holds the lead and queues a mail about it
    must not wait for us while we wait for the lead.
    """
    locked = select(Prospect.email_key).where(Prospect.id == prospect_id).with_for_update(key_share=True)
    key = session.execute(locked).scalar_one()
    last = session.execute(
        select(Consent.sequence, Consent.digest)
        .where(Consent.prospect_id == prospect_id)
        .order_by(Consent.sequence.desc())
        .limit(1)
    ).first()
    return Chain(prospect_id, key, last.sequence, last.digest) if last else Chain(prospect_id, key)


def append(
    session: Session, chain: Chain, wordings: Sequence[Wording], *, at: datetime, submission_id: UUID | None
) -> None:
    """Append one record for each wording, in order."""
    session.execute(insert(Consent), links(chain, wordings, at=at, submission_id=submission_id))


def links(
    chain: Chain, wordings: Sequence[Wording], *, at: datetime, submission_id: UUID | None
) -> list[dict[str, object]]:
    """The rows that append one record for each wording, in order, to a chain that nobody else is appending to."""
    rows: list[dict[str, object]] = []
    sequence, digest = chain.last_sequence, chain.last_digest
    for wording in wordings:
        sequence += 1
        record = ConsentRecord(
            record_id=new_id(),
            sequence=sequence,
            prospect_key=chain.prospect_key,
            kind=wording.kind,
            purpose=wording.purpose,
            legal_entity=wording.legal_entity,
            program_id=wording.program_id,
            channels=wording.channels,
            text_version=wording.text_version,
            text=wording.text,
            page=wording.page,
            at=at,
            contact_preferences=wording.contact_preferences,
        )
        digest = record.digest(digest)
        rows.append(_row(record, digest, chain.prospect_id, submission_id, wording.lead_id))
    return rows


def _row(
    record: ConsentRecord, digest: bytes, prospect_id: UUID, submission_id: UUID | None, lead_id: UUID | None
) -> dict[str, object]:
    return {
        "id": record.record_id,
        "prospect_id": prospect_id,
        "submission_id": submission_id,
        "lead_id": lead_id,
        "sequence": record.sequence,
        "prospect_key": record.prospect_key,
        "kind": record.kind,
        "purpose": record.purpose,
        "legal_entity": record.legal_entity,
        "program_id": record.program_id,
        "channels": list(record.channels),
        "text_version": record.text_version,
        "text": record.text,
        "page": record.page,
        "at": record.at,
        "contact_preferences": record.contact_preferences,
        "digest": digest,
    }
