"""Duplicates: by what the same person is recognised, on which levels one is looked for, and what follows."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from webapp.domain.mailbox import mailbox


class MatchSet(StrEnum):
    """Facts that must all be the same for two students to count as one. A set with a blank in it never matches."""

    EMAIL = "email"
    PHONE = "phone"
    NAME_AND_POSTAL_CODE = "name_and_postal_code"
    NAME_AND_PHONE = "name_and_phone"


class DuplicateLevel(StrEnum):
    """Where a duplicate was found. A repeat of the same request is refused before there is a second lead at all."""

    IN_FLIGHT = "in_flight"  # the same partner, and the other lead has not ended
    PARTNER = "partner"  # the same partner has had this person within its own window
    SYSTEM = "system"  # another partner of ours, within its window


DUPLICATE_REASONS: Final[Mapping[DuplicateLevel, str]] = {
    DuplicateLevel.IN_FLIGHT: "duplicate_in_flight",
    DuplicateLevel.PARTNER: "duplicate_in_window",
    DuplicateLevel.SYSTEM: "duplicate_in_system",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person may be recognised by; blank where not known."""

    email: str
    first_name: str
    last_name: str
    phone: str
    postal_code: str


def distinguishing(facts: Facts) -> dict[MatchSet, str]:
    """The folded text of each set that has no blank in it. Only keyed hashes of these may be stored."""
    name = folded_name(facts.first_name, facts.last_name)
    phone = "".join(sign for sign in facts.phone if sign.isdigit())
    parts: dict[MatchSet, tuple[str, ...]] = {
        MatchSet.EMAIL: (mailbox(facts.email),),
        MatchSet.PHONE: (phone,),
        MatchSet.NAME_AND_POSTAL_CODE: (name, _postal(facts.postal_code)),
        MatchSet.NAME_AND_PHONE: (name, phone),
    }
    return {kind: "\x1f".join(told) for kind, told in parts.items() if all(told)}


def folded_name(first: str, last: str) -> str:
    """Both names without case, accents, blanks and signs, in one order; blank unless both are there."""
    names = sorted(_folded(part) for part in (first, last))
    return " ".join(names) if all(names) else ""


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def _postal(text: str) -> str:
    """A postal code without blanks and signs; of a US ZIP+4 the ZIP, which is all that many people write."""
    code = "".join(sign for sign in text.upper() if sign.isalnum())
    return code[:5] if code.isdigit() and len(code) == 9 else code
