"""Where programs stand in a list, without saying why: who is on it, and what became of those that left it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from webapp.domain.profile import Profile
from webapp.matching.catalog import Catalog
from webapp.matching.context import Context
from webapp.matching.limits import LIMIT_RULES, broken_limits, within_limits
from webapp.matching.ranking import best_of
from webapp.matching.student import Student
from webapp.matching.weights import Weights

DEPTH = 50
"""How far down a place is told; a program below that is only called further down."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a program: the hard limit that leaves it out, else its place, None below `DEPTH`."""

    rule: str | None
    rank: int | None


@dataclass(frozen=True)
class Question:
    """All that an order depends on, but for the catalogue. The same as `rank` takes."""

    profile: Profile
    weights: Weights
    salt: bytes
    today: date
    without: frozenset[str] = frozenset()


def order_of(question: Question, catalog: Catalog, k: int) -> tuple[str, ...]:
    """The ids of the best k programs, the same as `rank` explains."""
    context = _context(question, catalog)
    return _best(context, question.salt, k)


def fates_of(question: Question, catalog: Catalog, program_ids: Iterable[str]) -> dict[str, Fate]:
    """What became of each of these programs that the catalogue (still) has."""
    rows = {each: catalog.row_of[each] for each in program_ids if each in catalog.row_of}
    if not rows:
        return {}
    context = _context(question, catalog)
    broken = broken_limits(context)
    places = {each: place for place, each in enumerate(_best(context, question.salt, DEPTH), start=1)}
    return {
        each: Fate(next((rule for rule in LIMIT_RULES if rule in broken and broken[rule][row]), None), places.get(each))
        for each, row in rows.items()
    }


def _context(question: Question, catalog: Catalog) -> Context:
    return Context(Student(question.profile, question.weights, question.without), catalog, question.today)


def _best(context: Context, salt: bytes, k: int) -> tuple[str, ...]:
    rows, _ = within_limits(context)
    listings = context.catalog.listings
    return tuple(listings[place.row].program_id for place in best_of(context, rows, k, salt).places)
