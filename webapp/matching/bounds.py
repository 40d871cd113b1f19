"""The rows that can stand among the best, found by bounds: most programs of a large catalogue are never scored.

A row's key is what its codes in the facets are worth, added up, and 2 where it stands in the first tier. A cell's bound
is its own worth and the most that every other facet can add. The rows of the cells with the highest bounds are scored
first: the last of the best among them is a floor, and a cell whose bound lies below it holds none of the best. Of the
rows that are left each facet leaves out more. What is left out is never among the best, so the answer is exact.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from webapp.matching.arrays import Floats, Ints, Rows
from webapp.matching.context import Context
from webapp.matching.shortlist import SLACK, contenders
from webapp.matching.worth import FIRST_TIER, Worth

FEW = 8
"""Up to so many times the rows wanted, leaving some out costs more than it saves."""
SAMPLE = 16
"""The floor is taken from so many times the rows wanted."""


@dataclass(frozen=True)
class Bounds:
    """The rows that may be shown to one student, and what they are worth."""

    worth: Worth
    rows: Rows

    @classmethod
    def over(cls, context: Context, rows: Rows) -> "Bounds":
        """The bounds on some rows, ascending."""
        return cls(Worth(context), rows)

    def within(self, rows: Ints) -> "Bounds":
        """The same for fewer of the rows."""
        return replace(self, rows=rows)

    @property
    def context(self) -> Context:
        """The question."""
        return self.worth.context

    @cached_property
    def count(self) -> int:
        """How many rows may be shown."""
        return len(self.context.catalog) if isinstance(self.rows, slice) else len(self.rows)

    def contenders(self, wanted: int) -> Ints:
        """The rows of the catalogue, ascending, that may be among the best `wanted`, and whatever may tie with them."""
        if self.count <= FEW * wanted or self.context.student.mute:
            return np.arange(self.count) if isinstance(self.rows, slice) else self.rows
        bound, cells = self.worth.bound, self.context.catalog.cells
        if isinstance(self.rows, slice):
            hopeful = cells.foremost(bound, SAMPLE * wanted)
        else:
            of_row = bound[cells.facet.code[self.rows]]
            hopeful = self.rows[contenders(of_row, min(SAMPLE * wanted, self.count))]
        rows, key = self.reaching(self._floor(hopeful, wanted))
        return rows[contenders(key, wanted)]

    def reaching(self, floor: float) -> tuple[Ints, Floats]:
        """The rows of the catalogue, ascending, that come to a floor, and perhaps a few more, and their keys."""
        cells, hopeful = self.context.catalog.cells, self.worth.bound >= floor
        if isinstance(self.rows, slice):
            return self._above(cells.rows_of(hopeful), floor)
        return self._above(self.rows[hopeful[cells.facet.code[self.rows]]], floor)

    def _floor(self, some: Ints, wanted: int) -> float:
        """A key that at least so many of some rows come to, less what ties may differ by."""
        if len(some) == self.count:
            return -np.inf
        keys = self.worth.keys(some)
        return float(np.partition(keys, len(keys) - wanted)[len(keys) - wanted]) - SLACK

    def _above(self, rows: Ints, floor: float) -> tuple[Ints, Floats]:
        """Of some rows those that come to the floor, and their keys."""
        worth, code = self.worth, self.context.catalog.cells.facet.code
        room = sum(worth.room(facet) for facet in worth.others)
        key: Floats = worth.head[code[rows]]
        for facet in worth.others:
            room -= worth.room(facet)
            key += worth.of(facet, rows)
            kept = np.flatnonzero(key + room >= floor)
            if len(kept) < len(rows):
                rows, key = rows[kept], key[kept]
        key -= FIRST_TIER * (worth.first_tier[code[rows]] & worth.later(rows))
        return rows, key
