"""What students wanted, how often nothing that they can enter was there for it, and what the catalogue has.

Only what stands in fixed lists is counted. Of interests, which students write in their own words, those that are a
listed topic or another name of one count as that topic; other words are in no count.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Select,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from webapp.domain.occupation import find_occupation
from webapp.domain.topic import topics
from webapp.models import ListingStatus, Match, Program, Submission
from webapp.queries.day_count import Topic, day_of, keys_of, totals

FITS: Final = ("eligible", "likely")
"""Verdicts of programs that a student can enter as far as is known."""
MET, UNMET = "met", "unmet"
STRONG_RELATION: Final = 0.5
"""From here on a field of study counts as one that leads to an occupation."""


class Want(StrEnum):
    """What a wish is about."""

    OCCUPATION = "occupation"
    CREDENTIAL = "credential"
    MODALITY = "modality"
    STATE = "state"
    INTEREST = "interest"


LEAST_ASKED: Final = 5
"""An interest that fewer requests named is told of nowhere: it could be the word of one person."""
LIMIT: Final = "limit"
"""A hard limit that left programs out, counted like a wish."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wanted: how many requests named it, how many of them had no fitting program, how many programs
    there are now that offer it."""

    want: Want
    value: str
    requests: int
    unmet: int
    programs: int

    @property
    def share(self) -> float:
        """The part of the requests that had no fitting program."""
        return self.unmet / self.requests


def _asked(window: ColumnElement[bool]) -> CTE:
    """Requests with their day, what they said, and whether something fitted."""
    fits = exists().where(Match.submission_id == Submission.id, Match.verdict.in_(FITS))
    return (
        select(
            Submission.id.label("id"),
            day_of(Submission.created_at).label("day"),
            case((fits, MET), else_=UNMET).label("met"),
            Submission.profile.label("profile"),
            Submission.excluded.label("excluded"),
        )
        .where(window)
        .cte("asked")
    )


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    asked = _asked(window)
    goal, practical = asked.c.profile["goal"], asked.c.profile["practical"]
    parts = []
    for want, value in (
        (Want.OCCUPATION, goal["occupation"].astext),
        (Want.STATE, practical["state"].astext),
    ):
        parts.append(select(asked.c.day, keys_of(literal(want.value), value, asked.c.met)).where(value.is_not(None)))
    for want, values in ((Want.CREDENTIAL, goal["credentials"]), (Want.MODALITY, practical["modalities"])):
        one = func.jsonb_array_elements_text(values).table_valued("value").render_derived()
        each = keys_of(literal(want.value), one.c.value, asked.c.met)
        parts.append(select(asked.c.day, each).select_from(asked.join(one, true())))
    rule = func.jsonb_object_keys(asked.c.excluded).table_valued("rule").render_derived()
    parts.append(
        select(asked.c.day, keys_of(literal(LIMIT), rule.c.rule, asked.c.met)).select_from(asked.join(rule, true()))
    )
    told = union_all(*parts).subquery()
    day_column, keys = told.columns
    return select(day_column, keys, func.count()).group_by(day_column, keys)


DEMAND: Final = Topic("demand", Submission.created_at, _rows)


def _interests(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    asked = _asked(window & Submission.profile["goal"].has_key("interests"))
    listed = _listed()
    said = func.jsonb_array_elements_text(asked.c.profile["goal"]["interests"]).table_valued("value").render_derived()
    # Two names of one topic in one request are one wish.
    one = (
        select(asked.c.id, asked.c.day, listed.c.topic, asked.c.met)
        .select_from(asked.join(said, true()).join(listed, listed.c.name == func.lower(said.c.value)))
        .distinct()
        .subquery()
    )
    keys = keys_of(literal(Want.INTEREST.value), one.c.topic, one.c.met)
    return select(one.c.day, keys, func.count()).group_by(one.c.day, one.c.topic, one.c.met)


def _listed() -> Any:
    """Every listed topic under each of its names, in small letters."""
    names = {name.lower(): topic.name for topic in topics().values() for name in (topic.name, *topic.terms)}
    names |= {name.lower(): name for name in topics()}
    columns = (cast(list(each), ARRAY(Text)) for each in (names.keys(), names.values()))
    return func.unnest(*columns).table_valued("name", "topic", name="listed").render_derived()


INTERESTS: Final = Topic("interests", Submission.created_at, _interests)


@dataclass(frozen=True, slots=True)
class Limited:
    """One hard limit: in how many requests it left programs out, and how many of those had no fitting program."""

    rule: str
    requests: int
    unmet: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Wishes and limits, each with the most unmet requests first."""

    wishes: tuple[Wish, ...]
    limits: tuple[Limited, ...]


def demand(session: Session, first: date, last: date, now: datetime) -> Demand:
    """What the requests from `first` to `last`, both included, wanted, beside what is published now."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for topic in (DEMAND, INTERESTS):
        for (want, value, met), number in totals(session, topic, first, last, now).items():
            counted.setdefault((want, value), Counter())[met] += number
    named = {value for want, value in counted if want == Want.OCCUPATION}
    offered = _offered(session, named)
    wishes = [
        Wish(Want(want), value, met.total(), met[UNMET], offered.get((want, value), 0))
        for (want, value), met in counted.items()
        if want != LIMIT and (want != Want.INTEREST or met.total() >= LEAST_ASKED)
    ]
    limits = [Limited(value, met.total(), met[UNMET]) for (want, value), met in counted.items() if want == LIMIT]
    return Demand(
        tuple(sorted(wishes, key=lambda each: (-each.unmet, -each.requests, each.want, each.value))),
        tuple(sorted(limits, key=lambda each: (-each.unmet, -each.requests, each.rule))),
    )


def _offered(session: Session, named: set[str]) -> Mapping[tuple[str, str], int]:
    """How many published programs offer each value; of occupations, how many lead there by their field of study."""
    found: dict[tuple[str, str], int] = {}
    published = Program.status == ListingStatus.PUBLISHED
    for want, value in (
        (Want.CREDENTIAL, Program.credential),
        (Want.STATE, Program.state),
        (Want.MODALITY, func.unnest(Program.modality)),
    ):
        rows = session.execute(select(value, func.count()).where(published).group_by(value))
        found.update(((want, name), number) for name, number in rows if name is not None)
    listed, taught = _listed(), func.unnest(Program.topics).table_valued("value").render_derived()
    taught_by = (
        select(listed.c.topic, func.count(Program.id.distinct()))
        .select_from(Program)
        .join(taught, true())
        .join(listed, listed.c.name == func.lower(taught.c.value))
        .where(published)
        .group_by(listed.c.topic)
    )
    found.update(((Want.INTEREST, row[0]), row[1]) for row in session.execute(taught_by))
    fields = session.execute(select(Program.cip, func.count()).where(published).group_by(Program.cip)).all()
    for soc in named:
        occupation = find_occupation(soc)
        if occupation is not None:
            leads = [number for cip, number in fields if occupation.relation(cip) >= STRONG_RELATION]
            found[Want.OCCUPATION, soc] = sum(leads)
    return found
