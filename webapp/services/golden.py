"""The golden personas ranked on the demo catalogue: how well weights agree with grades given by hand."""

import csv
import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from webapp.domain.agreement import ndcg
from webapp.domain.listing_row import parse_row
from webapp.domain.persona import Persona, personas
from webapp.matching.catalog import Catalog
from webapp.matching.standings import Question, order_of
from webapp.matching.weights import Weights

TODAY = date(2026, 11, 22)
"""The day of the question: the starts of the demo catalogue are judged from here."""
DEPTHS = (5, 10)
KEPT = 16
"""Weights whose figures are remembered: working them out takes about a fifth of a second."""


@dataclass(frozen=True, slots=True)
class PersonaScore:
    """How well the order shown to a persona agrees with its grades, 0..1, at 5 and at 10."""

    name: str
    untouched: bool
    at_five: float
    at_ten: float


@dataclass(frozen=True, slots=True)
class Effect:
    """Two weights on the golden set, at 5 and at 10. `worse` and `better` are (persona, before, after) at 5."""

    personas: int
    before: tuple[float, float]
    after: tuple[float, float]
    untouched_before: tuple[float, float]
    untouched_after: tuple[float, float]
    worse: tuple[tuple[str, float, float], ...]
    better: tuple[tuple[str, float, float], ...]


class Golden:
    """The golden set of this process. `read` gives the demo catalogue as a listing file, when first asked."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._scores: dict[str, tuple[PersonaScore, ...]] = {}
        self._lock = threading.Lock()

    @cached_property
    def catalog(self) -> Catalog:
        """The demo catalogue."""
        rows = csv.DictReader(io.StringIO(self._read(), newline=""))
        return Catalog.from_listings([parse_row(row) for row in rows], "demo")

    def scores(self, weights: Weights) -> tuple[PersonaScore, ...]:
        """The score of every persona under weights."""
        key = repr(weights.to_json())
        with self._lock:
            found = self._scores.get(key)
            if found is None:
                found = tuple(self._score(persona, weights) for persona in personas())
                while len(self._scores) >= KEPT:
                    del self._scores[next(iter(self._scores))]
                self._scores[key] = found
        return found

    def effect(self, weights: Weights, other: Weights) -> Effect:
        """What `other` weights would change."""
        before, after = self.scores(weights), self.scores(other)
        changes = [
            (old.name, old.at_five, new.at_five)
            for old, new in zip(before, after, strict=True)
            if abs(old.at_five - new.at_five) > 1e-9
        ]
        changes.sort(key=lambda change: change[2] - change[1])
        return Effect(
            personas=len(before),
            before=_means(before),
            after=_means(after),
            untouched_before=_means([each for each in before if each.untouched]),
            untouched_after=_means([each for each in after if each.untouched]),
            worse=tuple(change for change in changes if change[2] < change[1]),
            better=tuple(change for change in reversed(changes) if change[2] > change[1]),
        )

    def _score(self, persona: Persona, weights: Weights) -> PersonaScore:
        order = order_of(Question(persona.profile, weights, b"", TODAY), self.catalog, max(DEPTHS))
        at_five, at_ten = (ndcg(order, persona.worth, k) for k in DEPTHS)
        return PersonaScore(persona.name, persona.untouched, at_five, at_ten)


def _means(scores: Sequence[PersonaScore]) -> tuple[float, float]:
    columns: Any = [(each.at_five, each.at_ten) for each in scores]
    five, ten = (sum(column) / len(scores) for column in zip(*columns, strict=True))
    return five, ten
