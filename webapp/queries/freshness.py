"""How old the facts of published listings are, by the day on which they were last verified."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from webapp.models import ListingStatus, Program

MONTHS: Final = (1, 3, 6, 12, 24)
"""Bounds of the classes of age; older is in a class of its own, and so is what has no date."""
OLDER, UNDATED = "older", "undated"
CLASSES: Final = (*map(str, MONTHS), OLDER, UNDATED)
_DAYS: Final = 30.4375


@dataclass(frozen=True, slots=True)
class SourceAge:
    """The published listings of one source by age; `oldest` and `newest` are days of verification."""

    source: str
    listings: Mapping[str, int]
    oldest: date | None
    newest: date | None

    @property
    def total(self) -> int:
        return sum(self.listings.values())


def freshness(session: Session, today: date) -> tuple[SourceAge, ...]:
    """Every source of published listings, the one with the most listings first."""
    age = today - Program.verified_on
    classes = [(age <= round(months * _DAYS), str(months)) for months in MONTHS]
    told = case((Program.verified_on.is_(None), UNDATED), *classes, else_=OLDER)
    rows = session.execute(
        select(Program.catalog_source, told, func.count(), func.min(Program.verified_on), func.max(Program.verified_on))
        .where(Program.status == ListingStatus.PUBLISHED)
        .group_by(Program.catalog_source, told)
    )
    counts: dict[str, Counter[str]] = {}
    days: dict[str, list[date]] = {}
    for source, name, number, oldest, newest in rows:
        counts.setdefault(source, Counter())[name] += number
        days.setdefault(source, []).extend(each for each in (oldest, newest) if each is not None)
    found = [
        SourceAge(source, listings, min(days[source], default=None), max(days[source], default=None))
        for source, listings in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.total, each.source)))
