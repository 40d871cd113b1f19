"""The rows that can stand among the best, found by bounds: most programs of a large catalogue are never scored.

A row's key is what its codes in the facets are worth, added up, and 2 where it stands in the first tier. A cell's bound
is its own worth and the most that every other facet can add. The rows of the cells with the highest bounds are scored
first: the last of the best among them is a floor, and a cell whose bound lies below it holds none of the best. Of the
rows that are left each facet leaves out more. What is left out is never among the best, so the answer is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Floats, Ints, Mask, Rows
from webapp.matching.context import Context
from webapp.matching.criteria import ASSESS
from webapp.matching.facets import Facet
from webapp.matching.rules import Verdict
from webapp.matching.shortlist import SLACK, contenders

FIRST_TIER = 2.0
"""Above the highest score by more than rounding can take."""
FEW = 8
"""Up to so many times the rows wanted, leaving some out costs more than it saves."""
FEW_CODES = 4096
"""A facet of more codes is judged for the rows that are left, unless those are more still."""
SAMPLE = 16
"""The floor is taken from so many times the rows wanted."""


@dataclass(frozen=True)
class Bounds:
    """The worth of the facets' codes for one student, and the rows that may be shown."""

    context: Context
    rows: Rows

    @cached_property
    def count(self) -> int:
        """How many rows may be shown."""
        return len(self.context.catalog) if isinstance(self.rows, slice) else len(self.rows)

    def contenders(self, wanted: int) -> Ints:
        """The rows of the catalogue, ascending, that may be among the best `wanted`, and whatever may tie with them."""
        if self.count <= FEW * wanted or self.context.student.mute:
            return np.arange(self.count) if isinstance(self.rows, slice) else self.rows
        if isinstance(self.rows, slice):
            hopeful = self.context.catalog.cells.foremost(self._bound, SAMPLE * wanted)
        else:
            of_row = self._bound[self.context.catalog.cells.facet.code[self.rows]]
            hopeful = self.rows[contenders(of_row, min(SAMPLE * wanted, self.count))]
        rows, key = self.reaching(self._floor(hopeful, wanted))
        return rows[contenders(key, wanted)]

    def reaching(self, floor: float) -> tuple[Ints, Floats]:
        """The rows of the catalogue, ascending, that come to a floor, and perhaps a few more, and their keys."""
        cells, hopeful = self.context.catalog.cells, self._bound >= floor
        if isinstance(self.rows, slice):
            return self._above(cells.rows_of(hopeful), floor)
        return self._above(self.rows[hopeful[cells.facet.code[self.rows]]], floor)

    @cached_property
    def _bound(self) -> Floats:
        """The most that a row of each cell can come to."""
        bound: Floats = self._head + sum(self._room(facet) for facet in self._others)
        return bound

    def _floor(self, some: Ints, wanted: int) -> float:
        """A key that at least so many of some rows come to, less what ties may differ by."""
        if len(some) == self.count:
            return -np.inf
        keys = self._keys(some)
        return float(np.partition(keys, len(keys) - wanted)[len(keys) - wanted]) - SLACK

    def _above(self, rows: Ints, floor: float) -> tuple[Ints, Floats]:
        """Of some rows those that come to the floor, and their keys."""
        room = sum(self._room(facet) for facet in self._others)
        key: Floats = self._head[self.context.catalog.cells.facet.code[rows]]
        for facet in self._others:
            room -= self._room(facet)
            key += self._worth_of(facet, rows)
            kept = np.flatnonzero(key + room >= floor)
            if len(kept) < len(rows):
                rows, key = rows[kept], key[kept]
        first = self._first_tier[self.context.catalog.cells.facet.code[rows]]
        key -= FIRST_TIER * (first & self._later(rows))
        return rows, key

    def _keys(self, rows: Ints) -> Floats:
        code = self.context.catalog.cells.facet.code[rows]
        key: Floats = self._head[code] - FIRST_TIER * (self._first_tier[code] & self._later(rows))
        for facet in self._others:
            key += self._worth_of(facet, rows)
        return key

    def _later(self, rows: Ints) -> Mask:
        later: Mask = self.context.eligibility.verdicts_of(rows) == Verdict.NOT_YET
        return later

    @cached_property
    def _first_tier(self) -> Mask:
        """The cells that may hold a program of the first tier."""
        catalog, eligibility = self.context.catalog, self.context.eligibility
        if Criterion.BACKGROUND not in catalog.cells.facet.criteria:
            return np.ones(len(catalog.cells), dtype=np.bool_)
        first: Mask = eligibility.by_class[catalog.admission[catalog.cells.facet.rows]] != Verdict.NOT_YET
        first[catalog.cells.facet.code[eligibility.opened]] = True
        return first

    @cached_property
    def _head(self) -> Floats:
        """The worth of each cell, with the tier."""
        return self._points(self.context.catalog.cells.facet) + FIRST_TIER * self._first_tier

    @cached_property
    def _others(self) -> tuple[Facet, ...]:
        """The facets, but for that of the cells, that anything counts of; those with the fewest codes first."""
        counted = self.context.student.shares
        others = self.context.catalog.facets[1:]
        return tuple(facet for facet in others if any(criterion in counted for criterion in facet.criteria))

    def _points(self, facet: Facet) -> Floats:
        """What each code of a facet adds to the score."""
        return self._added(facet, len(facet.rows), lambda criterion: self._judged(criterion, facet))

    def _added(self, facet: Facet, count: int, point: Callable[[Criterion], Floats]) -> Floats:
        added, shares = np.zeros(count), self.context.student.shares
        for criterion in facet.criteria:
            if criterion in shares:
                added += shares[criterion] * point(criterion)
        return added

    def _judged(self, criterion: Criterion, facet: Facet) -> Floats:
        """The point value of each code: kept, so that a question that differs in another answer need not ask again."""
        judged = self.context.judged.get(criterion)
        if judged is None:
            judged = self.context.judged[criterion] = ASSESS[criterion](self.context, facet.rows)
        return judged.point

    @cached_property
    def _worths(self) -> dict[Facet, Floats]:
        """What the codes of a facet add, of those facets that are judged by code."""
        return {facet: self._points(facet) for facet in self._others if len(facet.rows) <= FEW_CODES}

    def _room(self, facet: Facet) -> float:
        """The most that a facet can add."""
        if facet in self._worths:
            return float(self._worths[facet].max(initial=0.0))
        shares = self.context.student.shares
        return sum(shares.get(criterion, 0.0) for criterion in facet.criteria)

    def _worth_of(self, facet: Facet, rows: Ints) -> Floats:
        """What a facet adds to each of some rows; where it has more codes than there are rows, each row is judged."""
        if facet not in self._worths and len(rows) < len(facet.rows):
            return self._added(facet, len(rows), lambda criterion: ASSESS[criterion](self.context, rows).point)
        if facet not in self._worths:
            self._worths[facet] = self._points(facet)
        return self._worths[facet].take(facet.code[rows])
