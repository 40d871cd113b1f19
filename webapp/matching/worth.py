"""What the codes of a catalogue's facets are worth to one student: what each adds to the score, and at most can add."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Floats, Ints, Mask
from webapp.matching.context import Context
from webapp.matching.criteria import ASSESS, judge
from webapp.matching.facets import Facet
from webapp.matching.rules import Verdict

FIRST_TIER = 2.0
"""Added to what is in the first tier: above the highest score by more than rounding can take."""
FEW_CODES = 4096
"""A facet of more codes is judged for the rows that are left, unless those are more still."""


@dataclass(frozen=True)
class Worth:
    """The worth of rows by facet; a row's key is what its codes are worth, added up, and FIRST_TIER in that tier."""

    context: Context

    @cached_property
    def bound(self) -> Floats:
        """The most that a row of each cell can come to."""
        bound: Floats = self.head + sum(self.room(facet) for facet in self.others)
        return bound

    def keys(self, rows: Ints) -> Floats:
        """The keys of some rows."""
        code = self.context.catalog.cells.facet.code[rows]
        key: Floats = self.head[code] - FIRST_TIER * (self.first_tier[code] & self.later(rows))
        for facet in self.others:
            key += self.of(facet, rows)
        return key

    def later(self, rows: Ints) -> Mask:
        """Which of some rows stand in the later tier."""
        later: Mask = self.context.eligibility.verdicts_of(rows) == Verdict.NOT_YET
        return later

    @cached_property
    def first_tier(self) -> Mask:
        """The cells that may hold a program of the first tier."""
        catalog, eligibility = self.context.catalog, self.context.eligibility
        if Criterion.BACKGROUND not in catalog.cells.facet.criteria:
            return np.ones(len(catalog.cells), dtype=np.bool_)
        first: Mask = eligibility.by_class[catalog.admission[catalog.cells.facet.rows]] != Verdict.NOT_YET
        first[catalog.cells.facet.code[eligibility.opened]] = True
        return first

    @cached_property
    def head(self) -> Floats:
        """The worth of each cell, with the tier."""
        return self._points(self.context.catalog.cells.facet) + FIRST_TIER * self.first_tier

    @cached_property
    def others(self) -> tuple[Facet, ...]:
        """The facets, but for that of the cells, that anything counts of; those with the fewest codes first."""
        counted = self.context.student.shares
        others = self.context.catalog.facets[1:]
        return tuple(facet for facet in others if any(criterion in counted for criterion in facet.criteria))

    def room(self, facet: Facet) -> float:
        """The most that a facet can add."""
        if facet in self._by_code:
            return float(self._by_code[facet].max(initial=0.0))
        shares = self.context.student.shares
        return sum(shares.get(criterion, 0.0) for criterion in facet.criteria)

    def of(self, facet: Facet, rows: Ints) -> Floats:
        """What a facet adds to each of some rows; where it has more codes than there are rows, each row is judged."""
        if facet not in self._by_code and len(rows) < len(facet.rows):
            return self._added(facet, len(rows), lambda criterion: ASSESS[criterion](self.context, rows).point)
        if facet not in self._by_code:
            self._by_code[facet] = self._points(facet)
        return self._by_code[facet].take(facet.code[rows])

    @cached_property
    def _by_code(self) -> dict[Facet, Floats]:
        """What the codes of a facet add, of those facets that are judged by code."""
        return {facet: self._points(facet) for facet in self.others if len(facet.rows) <= FEW_CODES}

    def _points(self, facet: Facet) -> Floats:
        """What each code of a facet adds to the score."""
        return self._added(facet, len(facet.rows), lambda criterion: judge(self.context, criterion).point)

    def _added(self, facet: Facet, count: int, point: Callable[[Criterion], Floats]) -> Floats:
        added, shares = np.zeros(count), self.context.student.shares
        for criterion in facet.criteria:
            if criterion in shares:
                added += shares[criterion] * point(criterion)
        return added
