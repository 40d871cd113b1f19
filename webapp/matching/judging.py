"""`judge`: what the engine says of programs that a student picked, wherever they stand in the list or outside of it.

Reasons, verdict, band and points are those the ranking itself gives: the same code judges the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from webapp.domain.listing import ALL_STATES, ANY_FIELD, ANY_WITH_PREREQUISITES, Listing
from webapp.domain.profile import Profile
from webapp.domain.requirement import ANYTHING, RequirementState
from webapp.domain.rule_evaluation import Line, Truth
from webapp.domain.rule_field import PROFILE_FIELDS
from webapp.domain.subject import SubjectLevel
from webapp.matching.catalog import Catalog
from webapp.matching.context import Context
from webapp.matching.entry import ADMISSION_RULES, evaluated, online_only
from webapp.matching.gaps import Gap, gaps_of
from webapp.matching.limits import LIMIT_RULES, broken_limits, within_limits
from webapp.matching.order import Place
from webapp.matching.ranking import Best, Match, best_of, explained
from webapp.matching.scoring import Scores
from webapp.matching.statement import Case
from webapp.matching.student import Student
from webapp.matching.weights import DEFAULT_WEIGHTS, Weights

FIRST = 100
"""Places are told up to this one: further down a number says no more than that it is far down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One rule on entry held against a student. `needs` is None where nothing is published.

    `assumed` says that the listing is silent and the credential's usual minimum stands in; `asks` is false where the
    listing says that nothing is asked for. `bridges` are ids of listings that close the gap.
    """

    rule: str
    state: RequirementState
    needs: Any
    has: Any
    assumed: bool = False
    asks: bool = True
    bridges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One program for one student. `place` is where it stands in the list, None beyond the first hundred or outside.

    `limits` are the student's own hard limits that leave it out. The rank inside `match` counts only the programs
    that were judged together, so read `place` instead.
    """

    place: int | None
    limits: tuple[str, ...]
    match: Match
    requirements: tuple[Requirement, ...]


def judge(
    profile: Profile,
    catalog: Catalog,
    weights: Weights,
    program_ids: Sequence[str],
    *,
    salt: bytes = b"",
    today: date | None = None,
    without: frozenset[str] = frozenset(),
) -> dict[str, Judgement]:
    """Judge the programs named, keyed by id, in the order given; those the catalogue does not have are left out.

    With the same `salt`, `today` and `without`, places are those of `rank`.
    """
    context = Context(Student(profile, weights, without), catalog, catalog.as_of if today is None else today)
    rows = [catalog.row_of[each] for each in dict.fromkeys(program_ids) if each in catalog.row_of]
    if not rows:
        return {}
    listed, excluded = within_limits(context)
    broken = broken_limits(context) if excluded else {}
    places = {place.row: index + 1 for index, place in enumerate(best_of(context, listed, FIRST, salt).places)}
    ascending = np.array(sorted(rows))
    places_in_turn = [Place(row, raw, raw) for raw, row in enumerate(rows)]
    verdicts = context.eligibility.verdicts_of(ascending)
    best = Best(places_in_turn, ascending, verdicts, Scores(context, ascending))
    return {
        match.program_id: Judgement(
            place=places.get(row),
            limits=tuple(rule for rule in LIMIT_RULES if rule in broken and bool(broken[rule][row])),
            match=match,
            requirements=tuple(_requirements(Case(context, row, catalog.listings[row]))),
        )
        for row, match in zip(rows, explained(context, best), strict=True)
    }


def published_requirements(listing: Listing) -> tuple[Requirement, ...]:
    """What a listing asks for, held against nobody: every published rule is `unsaid`."""
    student = Student(Profile(), DEFAULT_WEIGHTS)
    return tuple(_requirement(rule, student, listing, None) for rule in _asked(student, listing))


def _requirements(case: Case) -> list[Requirement]:
    student, gaps = case.context.student, {gap.rule: gap for gap in gaps_of(case)}
    return [_requirement(rule, student, case.listing, gaps.get(rule)) for rule in _asked(student, case.listing)]


def _asked(student: Student, listing: Listing) -> list[str]:
    """The rules that apply: where they live is asked of students only where online is the one way in."""
    return [*ADMISSION_RULES, *(("state",) if online_only(student, listing) else ())]


def _requirement(rule: str, student: Student, listing: Listing, gap: Gap | None) -> Requirement:
    evaluation = evaluated(rule, student, listing)
    line = next(line for line in evaluation.trace if line.field.name in PROFILE_FIELDS)
    needs, assumed = _needs(rule, line, listing)
    silent = needs is None or assumed
    state = {Truth.TRUE: RequirementState.MET, Truth.FALSE: RequirementState.NOT_MET}.get(
        evaluation.truth, RequirementState.UNPUBLISHED if silent else RequirementState.UNSAID
    )
    return Requirement(
        rule=rule,
        state=state,
        needs=needs,
        has=line.has,
        assumed=assumed,
        asks=needs not in (0, SubjectLevel.NONE),
        bridges=() if gap is None else gap.bridges,
    )


def _needs(rule: str, line: Line, listing: Listing) -> tuple[Any, bool]:
    """What a rule asks for, and whether the listing is silent about it and the usual minimum stands in."""
    if rule == "field" and {ANY_FIELD, ANY_WITH_PREREQUISITES} & set(listing.accepted_fields):
        return ANYTHING, False
    if rule == "state" and ALL_STATES in listing.states_authorized:
        return ANYTHING, False
    return line.needs, rule == "education" and listing.min_education is None
