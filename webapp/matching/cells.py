"""Cells: the rows that the coarsest facet cannot tell apart, kept together, so that many are left out at once."""

from dataclasses import dataclass

import numpy as np

from webapp.matching.arrays import Floats, Ints, Mask
from webapp.matching.facets import Facet

SPARSE = 4
"""Up to one row in so many is fetched cell by cell; more are found by looking at each row's code."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The rows of cell `c`, ascending, are `order[starts[c]:starts[c + 1]]`; `facet.rows[c]` is the first of them."""

    facet: Facet
    order: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.facet.rows)

    @property
    def sizes(self) -> Ints:
        """How many rows each cell has."""
        sizes: Ints = np.diff(self.starts)
        return sizes

    def rows_of(self, chosen: Mask) -> Ints:
        """The rows, ascending, of some cells."""
        cells = np.flatnonzero(chosen)
        if SPARSE * int(self.sizes[cells].sum()) > len(self.order):
            return np.flatnonzero(chosen[self.facet.code])
        return np.sort(self._fetched(cells))

    def foremost(self, bound: Floats, count: int) -> Ints:
        """At least `count` rows (all, where there are fewer) of the cells with the highest bounds, in no order."""
        best = np.argsort(-bound)
        enough = int(np.searchsorted(np.cumsum(self.sizes[best]), count)) + 1
        return self._fetched(best[:enough])

    def _fetched(self, cells: Ints) -> Ints:
        sizes = self.sizes[cells]
        at = np.arange(int(sizes.sum())) + np.repeat(self.starts[cells] - (np.cumsum(sizes) - sizes), sizes)
        rows: Ints = self.order[at].astype(np.int64)
        return rows


def build_cells(facet: Facet) -> Cells:
    """The rows of a facet by code."""
    sizes = np.bincount(facet.code, minlength=len(facet.rows))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Cells(facet, np.argsort(facet.code, kind="stable").astype(np.int32), starts)
