"""Consent: what the student allowed, in which words, when; and the hash chain that proves it was not edited."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from webapp.domain.contact_preferences import ContactPreferences, ways
from webapp.domain.partner import ContactChannel

CONSENT_TEXT_VERSION = "2026-11-25"
"""Raise it whenever a word of the texts below changes; old records keep the words they were given under."""

GENESIS = bytes(32)
KEPT_YEARS = 5
"""How long records are kept after the last one: five years, as US law asks of calls (16 CFR 310.5)."""


class ConsentKind(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class ConsentPurpose(StrEnum):
    INTRODUCTION = "introduction"
    MATCHES_BY_MAIL = "matches_by_mail"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def introduction_text(
    legal_entity: str, program: str, channels: Collection[ContactChannel], preferences: ContactPreferences
) -> str:
    """The exact words a student agrees to for one school, shown beneath what that school will get.

    They name the legal entity and every limit the student set, so that the words alone say what is allowed.
    """
    limits = join_words([f"{ways(channels, 'or')} and in no other way", *preferences.limits(channels)], "and")
    return (
        f"I agree that Program Match sends {legal_entity} what is shown here: my name, contact details, background, "
        f"goal and this match, and my answers to its questions if it asks any. {legal_entity} may contact me about "
        f"{program}: {limits}. This is not a condition of anything, and I can withdraw it at any time."
    )


def matches_by_mail_text() -> str:
    """The words beside "mail me this list"."""
    return "Send me this list of matched programs by e-mail, once. My address goes to no school because of this."


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One link of a prospect's chain. `prospect_key` stands for the person after the person is erased."""

    record_id: UUID
    sequence: int
    prospect_key: bytes
    kind: ConsentKind
    purpose: ConsentPurpose
    legal_entity: str
    program_id: str
    channels: tuple[str, ...]
    text_version: str
    text: str
    page: str
    at: datetime
    contact_preferences: Mapping[str, Any] | None = None
    """What binds the school beside the channels (`ContactPreferences.to_json`); None in records older than that."""

    def digest(self, previous: bytes) -> bytes:
        """SHA-256 over the previous link's digest and a canonical JSON form of this one (sorted keys, UTC)."""
        told: dict[str, Any] = {
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "channels": list(self.channels),
            "kind": self.kind,
            "legal_entity": self.legal_entity,
            "page": self.page,
            "program_id": self.program_id,
            "prospect_key": self.prospect_key.hex(),
            "purpose": self.purpose,
            "record_id": str(self.record_id),
            "sequence": self.sequence,
            "text": self.text,
            "text_version": self.text_version,
        }
        if self.contact_preferences is not None:
            told["contact_preferences"] = dict(self.contact_preferences)
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(previous + canonical.encode()).digest()


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Where a chain ends, as it is kept apart from the chain."""

    records: int
    head: bytes


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place at which a chain does not hold. `record_id` is None where no record stands at that place."""

    sequence: int
    record_id: UUID | None
    what: str


Link = tuple[ConsentRecord, bytes]
"""A record and the digest stored with it."""


def first_fault(chain: Sequence[Link], end: ChainEnd | None) -> ChainFault | None:
    """The record that was changed, moved or is missing, wherever in the chain; None if all holds.

    `chain` is in order of sequence. A record that was given another place is named itself, not the gap it left.
    """
    previous = GENESIS
    for expected, (record, stored) in enumerate(chain, start=1):
        if record.sequence != expected:
            return _misplaced(chain, expected, previous, record)
        if record.digest(previous) != stored:
            return ChainFault(record.sequence, record.record_id, "What it says is not what was written.")
        previous = stored
    return _wrong_end(chain, end)


def _misplaced(chain: Sequence[Link], expected: int, previous: bytes, found: ConsentRecord) -> ChainFault:
    if any(record.sequence == expected for record, _ in chain):
        return ChainFault(found.sequence, found.record_id, "Its place in the chain is not the one it was written at.")
    for record, stored in chain:
        if replace(record, sequence=expected).digest(previous) == stored:
            return ChainFault(record.sequence, record.record_id, f"It was written at place {expected}.")
    return ChainFault(expected, None, "The record that was written here is missing.")


def _wrong_end(chain: Sequence[Link], end: ChainEnd | None) -> ChainFault | None:
    written, there = end.records if end else 0, len(chain)
    if written > there:
        return ChainFault(there + 1, None, f"{written} records were written; from here on they are missing.")
    if written < there:
        record = chain[written][0]
        return ChainFault(record.sequence, record.record_id, f"Only {written} records are known to have been written.")
    if chain and end and chain[-1][1] != end.head:
        record = chain[-1][0]
        return ChainFault(record.sequence, record.record_id, "Another record was written here.")
    return None
