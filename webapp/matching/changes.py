"""Changes: single answers that a student could give otherwise, from the smallest to the one that mends all.

A ladder holds the values of one answer worth trying for one match, rising. The engine reads levels, English and years
of work only by comparing them with what listings ask for, so those ladders leave no smaller change out. Of budgets,
months, hours, waits and distances the ladder holds those at which a program of the list shown fits; where it is open
which of two prices holds, both.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from webapp.domain.credential import EnglishLevel
from webapp.domain.profile import Criterion, Modality, Profile, plain_dollars
from webapp.domain.subject import RANKED_LEVELS, SubjectLevel
from webapp.matching.context import Context
from webapp.matching.gaps import Gap

Value: TypeAlias = str | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer changed: its path in the profile, and the new value as in JSON (a list as a tuple)."""

    path: str
    value: Value

    def apply(self, profile: Profile) -> Profile:
        """The profile with this answer changed."""
        stated = profile.to_json()
        section, key = self.path.split(".")
        return Profile.from_json({**stated, section: {**stated.get(section, {}), key: self.plain}})

    @property
    def plain(self) -> Any:
        """The value as JSON."""
        return list(self.value) if isinstance(self.value, tuple) else self.value


@dataclass(frozen=True, slots=True)
class Ladder:
    """Values of one answer, rising: a change to the last one mends all that can be mended. `criterion` gains by it."""

    path: str
    values: tuple[Value, ...]
    criterion: Criterion

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, the smallest first."""
        return tuple(Change(self.path, value) for value in self.values)


def gap_ladders(context: Context, gaps: Iterable[Gap]) -> list[Ladder]:
    """What could be learned, shown or earned so that one gap closes. Education and fields are matters of pathways."""
    ladders = []
    for gap in gaps:
        values = _values(context, gap)
        path = (
            f"subjects.{gap.rule.removeprefix('subject.')}" if gap.rule.startswith("subject.") else _PATHS.get(gap.rule)
        )
        if path is not None and values:
            ladders.append(Ladder(path, tuple(values), Criterion.BACKGROUND))
    return ladders


_PATHS = {"work_years": "background.work_years", "english": "background.english"}


def _values(context: Context, gap: Gap) -> Sequence[Value]:
    if gap.rule.startswith("subject."):
        has, needs = SubjectLevel(gap.has).rank, SubjectLevel(gap.needs).rank
        return [level.value for level in RANKED_LEVELS if has < level.rank <= needs]
    if gap.rule == "english":
        has, needs = EnglishLevel(gap.has).rank, EnglishLevel(gap.needs).rank
        return [level.value for level in EnglishLevel if has < level.rank <= needs]
    if gap.rule == "work_years":
        asked = context.catalog.admissions.work_years
        return [_plain(year) for year in np.unique(asked[(asked > gap.has) & (asked <= gap.needs)]).tolist()]
    return ()


def wish_ladders(context: Context, row: int, rows: Sequence[int]) -> list[Ladder]:
    """What of the student's wishes could give way so that one match fits; `rows` are those of the list shown."""
    practical, catalog, places = context.student.profile.practical, context.catalog, context.places
    ladders, at = [], rows.index(row)
    away = places.distance[catalog.site[rows]] if places.student.position is not None else None
    prices = context.prices
    # The first facts say where a row fits for certain: its ladder ends there. The lower ends of prices are steps too.
    numbers: list[tuple[str, Criterion, float | None, Sequence[Any]]] = [
        ("budget_usd", Criterion.COST, practical.budget_cents, (prices.most[rows], prices.least[rows])),
        ("months_max", Criterion.DURATION, practical.months_max, (catalog.months[rows],)),
        ("hours_per_week", Criterion.SCHEDULE, practical.hours_per_week, (catalog.hours[rows],)),
        ("start_within_months", Criterion.START, practical.start_within_months, (_waits(context, rows),)),
        ("radius_km", Criterion.PLACE, places.radius, () if away is None else (away,)),
    ]
    for key, criterion, limit, facts in numbers:
        own = float(facts[0][at]) if facts else None
        if limit is None or own is None or not own > limit:
            continue
        steps = sorted({float(fact) for each in facts for fact in each if limit < fact <= own})
        values = tuple(dict.fromkeys(_value(key, step) for step in steps))
        ladders.append(Ladder(f"practical.{key}", values, criterion))
    return ladders + _choices(context, row)


def _waits(context: Context, rows: Sequence[int]) -> Any:
    return context.months_to_start[context.catalog.start[rows]]


def _value(key: str, fact: float) -> Value:
    if key == "budget_usd":
        return plain_dollars(int(fact))
    return math.ceil(fact) if key == "radius_km" else _plain(fact)


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else float(number)


def _choices(context: Context, row: int) -> list[Ladder]:
    practical, listing = context.student.profile.practical, context.catalog.listings[row]
    ladders = []
    if practical.pace is not None and listing.pace and practical.pace not in listing.pace:
        values = tuple(pace.value for pace in listing.pace)
        ladders.append(Ladder("practical.pace", values, Criterion.SCHEDULE))
    wanted = practical.modalities
    if wanted and listing.modality and not set(listing.modality) & set(wanted):
        allowed = [tuple(way.value for way in Modality if way in (*wanted, one)) for one in Modality]
        ways = tuple(each for each, one in zip(allowed, Modality, strict=True) if one in listing.modality)
        ladders.append(Ladder("practical.modalities", ways, Criterion.PLACE))
    return ladders
