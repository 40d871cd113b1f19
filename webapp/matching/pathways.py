"""Pathways: chains of published listings that lead to the goal where no single one does, or none as cheaply.

Told are the cheapest chain, the fastest and the one with the fewest steps, each once; a goal that one program reaches
needs no pathway. Every listing on the way can be reached from where the student lives, breaks none of their hard
limits, and asks for nothing that the steps before it do not give. Hard limits on price and length hold for the whole
chain. Beside them stands a note where the role wants no further degree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from webapp.domain.credential import Credential, Education
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Priority, plain_dollars
from webapp.domain.subject import Subject
from webapp.matching.arrays import Mask, Rows
from webapp.matching.chains import NO_LIMIT, Aim, Search
from webapp.matching.context import Context
from webapp.matching.goals import RoleNote, aims_table, next_best, role_notes
from webapp.matching.landscape import MILLIS, surroundings, survey
from webapp.matching.limits import limits_of
from webapp.matching.standing import Standing, gives
from webapp.matching.student import Student

_OF_THE_END = ("goal", "background")
"""Hard limits that a step on the way may break: it is there to mend them."""
_MENDED = ("education", "field", *(f"subject.{subject.value}" for subject in Subject))
_OF_THE_WHOLE = ("cost", "duration", "start")
"""Hard limits that hold for the chain and not for each step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One listing of a chain: its price for the student, the rules of later steps that it mends, and what it gives."""

    listing: Listing
    cents: int | None
    closes: tuple[str, ...]
    gives: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The step as it stands in the ranking."""
        return {
            "program_id": self.listing.program_id,
            "closes": list(self.closes),
            "months": self.listing.months,
            "tuition_total_usd": None if self.cents is None else plain_dollars(self.cents),
            "gives": self.gives,
        }


@dataclass(frozen=True, slots=True)
class Pathway:
    """A chain of listings taken one after the other; `kinds` is all that it is best at, `kind` the first of them."""

    kinds: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def kind(self) -> str:
        """What it is best at before all."""
        return self.kinds[0]

    @property
    def months(self) -> float | None:
        """Months of study of all steps together, or None where one does not publish its length."""
        months = [step.listing.months for step in self.steps]
        return None if None in months else sum(m for m in months if m is not None)

    @property
    def cents(self) -> int | None:
        """The published tuition of all steps together, or None where one does not publish it."""
        cents = [step.cents for step in self.steps]
        return None if None in cents else sum(c for c in cents if c is not None)

    def to_json(self) -> dict[str, Any]:
        """The pathway as it stands in the ranking. `at_least` adds up what is published; unknown is never zero."""
        months = [step.listing.months for step in self.steps if step.listing.months is not None]
        cents = [step.cents for step in self.steps if step.cents is not None]
        return {
            "kind": self.kind,
            "kinds": list(self.kinds),
            "months": self.months,
            "tuition_total_usd": None if self.cents is None else plain_dollars(self.cents),
            "at_least": {
                "months": sum(months) if months else None,
                "tuition_total_usd": plain_dollars(sum(cents)) if cents else None,
            },
            "steps": [step.to_json() for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Note:
    """That the role wants no further degree, in the shape of a pathway of no steps."""

    note: RoleNote

    def to_json(self) -> dict[str, Any]:
        """The note as it stands among the pathways."""
        return {
            "kind": self.note.kind,
            "kinds": [self.note.kind],
            "months": None,
            "tuition_total_usd": None,
            "at_least": {"months": None, "tuition_total_usd": None},
            "steps": [],
            "occupation": self.note.occupation,
            "credentials": [credential.value for credential in self.note.credentials],
        }


Way: TypeAlias = Pathway | Note


def find_pathways(context: Context, shown: Sequence[int]) -> tuple[Way, ...]:
    """The notes on the role, then the best chains of two to four listings to the goal, each once; none where none is.

    `shown` are the rows of the matches, best first: with no goal told, the best of them that is not open is the goal.
    """
    notes = tuple(Note(note) for note in role_notes(context))
    if any(note.note.kind == "degree_held" for note in notes):
        return notes
    return notes + _chains(context, shown)


def _looked_at(context: Context, shown: Sequence[int]) -> tuple[Rows, Mask]:
    """The rows that can matter on the way to the goal, and which of them are the goal."""
    catalog = context.catalog
    table = aims_table(context)
    if table is not None:
        first = catalog.cells.facet.rows
        rows = surroundings(context, table[catalog.credential[first], catalog.cip[first]])
        return rows, table[catalog.credential[rows], catalog.cip[rows]]
    aim = next_best(context, shown)
    if aim is None:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing.astype(np.bool_)
    rows = surroundings(context, np.arange(len(catalog.cells)) == catalog.cells.facet.code[aim])
    return rows, np.arange(len(catalog))[rows] == aim


def _chains(context: Context, shown: Sequence[int]) -> tuple[Pathway, ...]:
    rows, aims = _looked_at(context, shown)
    if not aims.any():
        return ()
    catalog, student = context.catalog, context.student
    limits = limits_of(context)
    on_the_way = _free(context, rows, (*_OF_THE_END, *_OF_THE_WHOLE))
    at_the_end = on_the_way & ~limits["goal"](rows) if "goal" in limits else on_the_way
    landscape = survey(context, on_the_way & ~_taken_twice(context, rows), aims & at_the_end, rows)
    if landscape is None:
        return ()
    practical = student.profile.practical
    cents = practical.budget_cents if student.must(Criterion.COST) else None
    months = practical.months_max if student.must(Criterion.DURATION) else None
    most_price = NO_LIMIT if cents is None else cents
    most_length = NO_LIMIT if months is None else round(months * MILLIS)
    late = limits["start"](slice(None)) if "start" in limits else None
    landscape = landscape.thinned(late)
    found: dict[tuple[int, ...], list[str]] = {}
    for aim in Aim:
        best = Search(landscape, catalog.admissions, aim, most_price, most_length, late).best()
        if best is not None and len(best.rows) > 1:
            found.setdefault(best.rows, []).append(aim.value)
    return tuple(
        Pathway(tuple(kinds), _steps(student, [catalog.listings[row] for row in rows])) for rows, kinds in found.items()
    )


def _free(context: Context, rows: Rows, but: Sequence[str]) -> Mask:
    """Which rows can be reached and break none of the hard limits, but for some that are not looked at here."""
    free = np.ones(len(context.catalog.credential[rows]), dtype=np.bool_)
    if context.student.profile.priorities.of(Criterion.PLACE) is not Priority.IGNORE:
        free &= ~context.places.out_of_reach_of(rows)
    for rule, breaks in limits_of(context).items():
        if rule not in but:
            free &= ~breaks(rows)
    return free


def _taken_twice(context: Context, rows: Rows) -> Mask:
    """Degrees up to a bachelor's, for someone who has one: a certificate or a master's degree mends what it lacks."""
    held, credential = context.student.profile.background.education, context.catalog.credential[rows]
    if held is None or held.rank < Education.BACHELOR.rank:
        return np.zeros(len(credential), dtype=np.bool_)
    twice: Mask = (credential == Credential.ASSOCIATE.rank) | (credential == Credential.BACHELOR.rank)
    return twice


def _steps(student: Student, listings: Sequence[Listing]) -> tuple[Step, ...]:
    standing = Standing.of(student.profile)
    steps = []
    for index, listing in enumerate(listings):
        after = standing.after(listing)
        later = listings[index + 1 :]
        closed = {rule for each in later for rule in set(standing.lacks(each)) - set(after.lacks(each))}
        span = student.price_span(listing)
        mended = tuple(rule for rule in _MENDED if rule in closed)
        steps.append(Step(listing, None if span is None else span[1], mended, gives(standing, listing)))
        standing = after
    return tuple(steps)
