"""One question, and the engine's score for it written out twice more: in SQL, and as a loop over ORM objects.

The profile counts goal, cost, duration, schedule and place (online) and ignores the rest, so that the formula fits one
query. It is the engine's own: the same curves, shares, tiers, coverage and ties, and the same ten must come out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from webapp.domain.credential import Credential
from webapp.domain.profile import Criterion, Pace, Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog
from webapp.matching.arrays import UNKNOWN
from webapp.matching.assessment import PRIOR
from webapp.matching.catalog import PACE_BITS, STATE_BITS
from webapp.matching.criteria import cost, duration, goal, schedule
from webapp.matching.order import salted
from webapp.matching.places import (
    ONLINE,
    ONLINE_AUTHORIZED,
    ONLINE_UNSTATED,
    UNKNOWN_SITE,
    UNKNOWN_WAY_BASE,
    UNKNOWN_WAY_SLOPE,
)
from webapp.matching.student import Student

COUNTED = (Criterion.GOAL, Criterion.COST, Criterion.DURATION, Criterion.SCHEDULE, Criterion.PLACE)
NULL, AT_ONCE = "\\N", 50_000
UNKNOWN_WAY = UNKNOWN_WAY_BASE + UNKNOWN_WAY_SLOPE * UNKNOWN_SITE


class Table(DeclarativeBase):
    """The tables of the benchmark."""


class Item(Table):
    """A program in the narrowest columns that hold what the formula reads; kinder to SQL than the real table is."""

    __tablename__ = "item"
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credential: Mapped[int] = mapped_column(SmallInteger)
    cip: Mapped[int] = mapped_column(SmallInteger)
    modality: Mapped[int] = mapped_column(SmallInteger)
    pace: Mapped[int] = mapped_column(SmallInteger)
    authorized: Mapped[int] = mapped_column(BigInteger)
    months: Mapped[float | None]
    tuition: Mapped[int | None]
    verified: Mapped[int]
    tie: Mapped[int] = mapped_column(BigInteger)


class Relation(Table):
    """How well a field of study leads to the wanted job."""

    __tablename__ = "relation"
    cip: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    strength: Mapped[float]


class Level(Table):
    """What a credential is worth for the wanted job to this student."""

    __tablename__ = "level"
    credential: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    worth: Mapped[float]


@dataclass(frozen=True)
class Question:
    """A profile; with `limits`, credential and budget are hard limits that leave few programs to score."""

    limits: bool

    @cached_property
    def profile(self) -> Profile:
        """The profile asked."""
        counted = {"goal": "must", "cost": "must"} if self.limits else {"goal": "important", "cost": "important"}
        others = {criterion.value: "ignore" for criterion in Criterion if criterion not in COUNTED}
        return Profile.from_json(
            {
                "goal": {"occupation": "15-2051", "credentials": ["graduate_certificate"]},
                "practical": {
                    "modalities": ["online"],
                    "state": "CA",
                    "pace": "part_time",
                    "budget_usd": 30000,
                    "months_max": 24,
                },
                "priorities": {**others, **counted, "duration": "nice", "schedule": "important", "place": "nice"},
            }
        )

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """What the formula needs to know of the student."""
        student = Student(self.profile, DEFAULT_WEIGHTS)
        return {
            **{f"w_{criterion.value}": student.shares[criterion] for criterion in COUNTED},
            "budget": self.profile.practical.budget_cents,
            "months_max": self.profile.practical.months_max,
            "pace": PACE_BITS[Pace.PART_TIME],
            "state": STATE_BITS["CA"],
            "wanted": [credential.rank for credential in self.profile.goal.credentials],
        }

    @cached_property
    def worth(self) -> list[float]:
        """By rank of the credential: how usual it is for the job, less where the student did not name it."""
        student = Student(self.profile, DEFAULT_WEIGHTS)
        assert student.occupation is not None
        wishes = [1.0 if c in self.profile.goal.credentials else goal.OTHER_CREDENTIAL for c in Credential]
        usual = [goal.LEVEL_FLOOR + (1 - goal.LEVEL_FLOOR) * student.occupation.usual(c) for c in Credential]
        return [level * wish for level, wish in zip(usual, wishes, strict=True)]

    @cached_property
    def sql(self) -> str:
        """The ten best in one query, its parameters by name as in `numbers`."""
        where = "WHERE i.credential = ANY(%(wanted)s) AND (i.tuition IS NULL OR i.tuition <= %(budget)s)"
        price = _falling("i.tuition / %(budget)s::float8", cost.AT_HALF, cost.AT_BUDGET)
        length = _falling("i.months / %(months_max)s::float8", duration.AT_HALF, duration.AT_LIMIT)
        online = f"i.modality & {ONLINE} <> 0"
        refused = "i.authorized <> 0 AND i.authorized & %(state)s = 0"
        return f"""
            SELECT row FROM (
              SELECT i.row, i.verified, i.tie, ({online}) AND ({refused}) AS later,
                %(w_goal)s * (r.strength * l.worth)
                + %(w_cost)s * CASE WHEN i.tuition IS NULL THEN {PRIOR} ELSE {price} END
                + %(w_duration)s * CASE WHEN i.months IS NULL THEN {PRIOR} ELSE {length} END
                + %(w_schedule)s * CASE WHEN i.pace = 0 THEN {PRIOR}
                    WHEN i.pace & %(pace)s <> 0 THEN 1.0 ELSE {schedule.OTHER_PACE} END
                + %(w_place)s * CASE WHEN i.modality = 0 THEN {UNKNOWN_WAY} WHEN NOT ({online}) OR ({refused}) THEN 0.0
                    WHEN i.authorized <> 0 THEN {ONLINE_AUTHORIZED} ELSE {ONLINE_UNSTATED} END AS score,
                %(w_goal)s + %(w_cost)s * (i.tuition IS NOT NULL)::int + %(w_duration)s * (i.months IS NOT NULL)::int
                + %(w_schedule)s * (i.pace <> 0)::int + %(w_place)s * CASE WHEN i.modality = 0 THEN 0.0
                    WHEN NOT ({online}) OR i.authorized <> 0 THEN 1.0 ELSE 0.5 END AS coverage
              FROM item i JOIN relation r USING (cip) JOIN level l USING (credential) {where if self.limits else ""}
            ) scored
            ORDER BY later, round(score * 1e9) DESC, coverage DESC, verified DESC, tie LIMIT 10"""

    def key(self, item: Item, strength: dict[int, float]) -> tuple[bool, float, float, int, int] | None:
        """What one item is ordered by, ascending; None where it breaks a hard limit."""
        n = self.numbers
        if self.limits and (item.credential not in n["wanted"] or (item.tuition or 0) > n["budget"]):
            return None
        online, refused = item.modality & ONLINE != 0, item.authorized != 0 and item.authorized & n["state"] == 0
        price = PRIOR if item.tuition is None else _fallen(item.tuition / n["budget"], cost.AT_HALF, cost.AT_BUDGET)
        length = PRIOR
        if item.months is not None:
            length = _fallen(item.months / n["months_max"], duration.AT_HALF, duration.AT_LIMIT)
        pace = PRIOR if item.pace == 0 else 1.0 if item.pace & n["pace"] else schedule.OTHER_PACE
        place, placed = ONLINE_AUTHORIZED if item.authorized else ONLINE_UNSTATED, 1.0 if item.authorized else 0.5
        if item.modality == 0:
            place, placed = UNKNOWN_WAY, 0.0
        elif not online or refused:
            place, placed = 0.0, 1.0
        score = n["w_goal"] * (strength[item.cip] * self.worth[item.credential]) + n["w_cost"] * price
        score += n["w_duration"] * length + n["w_schedule"] * pace + n["w_place"] * place
        coverage = n["w_goal"] + n["w_cost"] * (item.tuition is not None) + n["w_duration"] * (item.months is not None)
        coverage += n["w_schedule"] * (item.pace != 0) + n["w_place"] * placed
        return online and refused, -round(score, 9), -coverage, -item.verified, item.tie


def _falling(ratio: str, at_half: float, at_limit: float) -> str:
    return f"""CASE WHEN {ratio} <= 0.5 THEN 1 - (1 - {at_half}) * 2 * ({ratio})
        WHEN {ratio} <= 1 THEN {at_half} - ({at_half} - {at_limit}) * (2 * ({ratio}) - 1)
        ELSE greatest(0.0, {at_limit} * (3 - 2 * ({ratio}))) END"""


def _fallen(ratio: float, at_half: float, at_limit: float) -> float:
    if ratio <= 0.5:
        return 1 - (1 - at_half) * 2 * ratio
    if ratio <= 1:
        return at_half - (at_half - at_limit) * (2 * ratio - 1)
    return max(0.0, at_limit * (3 - 2 * ratio))


def texts_of(catalog: Catalog) -> Iterator[str]:
    """The rows of `Item` for a catalogue, as COPY reads them, many lines at a time."""
    signed = (salted(catalog.id_hash, b"") ^ np.uint64(1 << 63)).view(np.int64)
    columns = (
        np.arange(len(catalog)),
        catalog.credential,
        catalog.cip,
        catalog.modality,
        catalog.pace,
        catalog.authorized.view(np.int64),
        catalog.months,
        catalog.tuition,
        catalog.verified,
        signed,
    )
    months, tuition = 6, 7
    for start in range(0, len(catalog), AT_ONCE):
        some = [column[start : start + AT_ONCE].tolist() for column in columns]
        some[months] = [NULL if each != each else each for each in some[months]]
        some[tuition] = [NULL if each == UNKNOWN else each for each in some[tuition]]
        yield "".join("\t".join(map(str, record)) + "\n" for record in zip(*some, strict=True))
