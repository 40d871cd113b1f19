"""Why a program is not in a list, or not higher: the limits it breaks with their numbers, and what it would take.

Nothing is guessed: each answer that could be another is tried by running the engine again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from webapp.domain.profile import Criterion, Priority, Profile
from webapp.matching.catalog import Catalog
from webapp.matching.changes import Change, Ladder, gap_ladders, wish_ladders
from webapp.matching.context import Context
from webapp.matching.counterfactuals import OPENNESS
from webapp.matching.judging import FIRST, Judgement, judge
from webapp.matching.limits import LIMIT_RULES, broken_limits, within_limits
from webapp.matching.ranking import Match, best_of, explained
from webapp.matching.rules import Verdict
from webapp.matching.standings import Question
from webapp.matching.student import Student

SHOWN = 10
MOST_STEPS = 8
_RULE_OF = {
    "budget_usd": "cost",
    "months_max": "duration",
    "hours_per_week": "schedule",
    "pace": "schedule",
    "start_within_months": "start",
    "radius_km": "place",
    "modalities": "place",
    "credentials": "goal",
}
"""The limit that an answer sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A hard limit that leaves the program out: the answer at `path` is `has`, the program asks for `needs`.

    `path` is "" where no single answer would do: the place cannot be reached, or entry is not open.
    """

    rule: str
    path: str = ""
    has: Any = None
    needs: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Some answers changed (path and value each), and where the program would stand then.

    `limits` still leave it out; `place` is None then, and beyond the first hundred.
    """

    changes: tuple[tuple[str, Any], ...]
    limits: tuple[str, ...]
    place: int | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """One program held against a list. `last` is the last match shown, where the program is not among them."""

    program_id: str
    judgement: Judgement
    obstacles: tuple[Obstacle, ...]
    last: Match | None
    steps: tuple[Step, ...]


def why_not(question: Question, catalog: Catalog, program_id: str) -> WhyNot | None:
    """Why the program stands where it does, or does not; None where the catalogue has no such program."""
    row = catalog.row_of.get(program_id)
    if row is None:
        return None
    context = Context(Student(question.profile, question.weights, question.without), catalog, question.today)
    judgement = judge(
        question.profile,
        catalog,
        question.weights,
        [program_id],
        salt=question.salt,
        today=question.today,
        without=question.without,
    )[program_id]
    ladders = [*gap_ladders(context, judgement.match.gaps), *_wishes(context, row)]
    return WhyNot(
        program_id=program_id,
        judgement=judgement,
        obstacles=tuple(_obstacles(context, judgement.limits, ladders)),
        last=_last(context, question.salt, judgement.place),
        steps=tuple(_steps(context, question.salt, row, judgement, ladders)),
    )


def _wishes(context: Context, row: int) -> list[Ladder]:
    wanted = context.student.profile.goal.credentials
    other = context.catalog.listings[row].credential
    found = wish_ladders(context, row, [row])
    if wanted and other not in wanted:
        both = tuple(each.value for each in (*wanted, other))
        found.append(Ladder("goal.credentials", (both,), Criterion.GOAL))
    return found


def _obstacles(context: Context, limits: Sequence[str], ladders: Sequence[Ladder]) -> Iterator[Obstacle]:
    stated = context.student.stated
    for rule in limits:
        moved = [each for each in ladders if _RULE_OF.get(each.path.split(".")[1]) == rule]
        if not moved:
            yield Obstacle(rule=rule)
        for ladder in moved:
            needs = ladder.changes[-1].plain
            yield Obstacle(rule=rule, path=ladder.path, has=stated.get(ladder.path), needs=needs)


def _last(context: Context, salt: bytes, place: int | None) -> Match | None:
    if place is not None and place <= SHOWN:
        return None
    best = best_of(context, within_limits(context)[0], SHOWN, salt)
    return explained(context, best)[-1] if best.places else None


def _steps(context: Context, salt: bytes, row: int, judgement: Judgement, ladders: Sequence[Ladder]) -> Iterator[Step]:
    """Each answer by itself, then all of them, then the limits as mere wishes; only what betters something is told."""
    largest = [ladder.changes[-1] for ladder in ladders][:MOST_STEPS]
    tried = [(change,) for change in largest] + ([tuple(largest)] if len(largest) > 1 else [])
    before = (len(judgement.limits), judgement.place or FIRST + 1, Verdict[judgement.match.verdict.upper()])
    for changes in tried:
        step = _tried(context, salt, row, changes)
        if _betters(step, before):
            yield step
    if judgement.limits and "hidden" not in judgement.limits:
        eased = tuple(Change(f"priorities.{rule}", Priority.IMPORTANT.value) for rule in judgement.limits)
        yield _tried(context, salt, row, eased)


def _tried(context: Context, salt: bytes, row: int, changes: Sequence[Change]) -> Step:
    profile: Profile = context.student.profile
    for change in changes:
        profile = change.apply(profile)
    changed = Context(replace(context.student, profile=profile), context.catalog, context.today)
    broken = broken_limits(changed)
    limits = tuple(rule for rule in LIMIT_RULES if rule in broken and bool(broken[rule][row]))
    place = None
    if not limits:
        places = best_of(changed, within_limits(changed)[0], FIRST, salt).places
        place = next((at for at, each in enumerate(places, start=1) if each.row == row), None)
    verdict = Verdict(int(changed.eligibility.verdicts_of(np.array([row]))[0])).label
    return Step(
        changes=tuple((change.path, change.plain) for change in changes), limits=limits, place=place, verdict=verdict
    )


def _betters(step: Step, before: tuple[int, int, Verdict]) -> bool:
    limits, place, verdict = before
    opens = OPENNESS.index(Verdict[step.verdict.upper()]) > OPENNESS.index(verdict)
    return len(step.limits) < limits or (step.place or FIRST + 1) < place or opens
