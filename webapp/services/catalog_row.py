"""A row on its way into the catalogue."""

import re
import unicodedata
from dataclasses import dataclass

from webapp.domain.listing import Listing
from webapp.domain.listing_row import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One row of a source: a listing, or the faults it was refused for, or why it is no listing of its own.

    `institution_key` tells institutions apart where names do not; None goes by the name. `reason` groups refused rows
    in the report. `set_aside` says why a good row adds no listing (a second major of a program already read).
    """

    line: int
    program_id: str | None = None
    listing: Listing | None = None
    institution_key: str | None = None
    faults: tuple[Fault, ...] = ()
    reason: str | None = None
    set_aside: str | None = None


def institution_key_of(name: str) -> str:
    """The identity of an institution known by name only: case, accents and punctuation do not tell two apart."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    words = re.findall(r"\w+", "".join(c for c in folded if not unicodedata.combining(c)))
    return "name:" + (" ".join(words) or name)
