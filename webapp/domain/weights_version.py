"""A version of the weights: where it came from, and where it stands."""

import re
from datetime import date
from enum import StrEnum
from typing import Final

NOTE_LIMIT: Final = 1000


class WeightsOrigin(StrEnum):
    """Who thought of the figures."""

    CODE = "code"  # the release's own
    STAFF = "staff"
    LEARNED = "learned"  # by `program-match weights propose`


class WeightsStatus(StrEnum):
    """Read off the dates of a version: nothing ranks with one that was never published."""

    PROPOSED = "proposed"
    LIVE = "live"
    FORMER = "former"
    DISCARDED = "discarded"


def next_version(day: date, taken: frozenset[str]) -> str:
    """The name of the next version made on a day: "2026-11-28-1". Releases name theirs without a day ("2026-11-3")."""
    numbers = (re.fullmatch(rf"{day.isoformat()}-(\d+)", each) for each in taken)
    return f"{day.isoformat()}-{max((int(found[1]) for found in numbers if found), default=0) + 1}"
