"""What each program costs this student: schools of a state may charge students of other states another price."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from webapp.matching.arrays import UNKNOWN, Ints, Mask
from webapp.matching.catalog import STATE_CODES, Catalog
from webapp.matching.student import Student


@dataclass(frozen=True)
class Prices:
    """The whole tuition of every row in cents, UNKNOWN where not published (`Listing.price_span`, for all at once)."""

    student: Student
    catalog: Catalog

    @cached_property
    def least(self) -> Ints:
        """The least it costs: the price for the state wherever that may hold."""
        return self._where(self._surely_outside)

    @cached_property
    def most(self) -> Ints:
        """The most it costs: the price for other states wherever that may hold."""
        return self._where(~self._surely_inside)

    @cached_property
    def _two(self) -> Ints:
        """The rows with two prices."""
        return np.flatnonzero((self.catalog.outside != UNKNOWN) & (self.catalog.tuition != UNKNOWN))

    @cached_property
    def _home(self) -> Ints:
        state: Ints = self.catalog.sites.state[self.catalog.site[self._two]]
        return state

    @cached_property
    def _surely_inside(self) -> Mask:
        own = STATE_CODES.get(self.student.state or "", UNKNOWN)
        inside: Mask = (self._home == own) & (own != UNKNOWN) & (not self.student.abroad)
        return inside

    @cached_property
    def _surely_outside(self) -> Mask:
        told = (self._home != UNKNOWN) & (self.student.state is not None)
        outside: Mask = (told | self.student.abroad) & ~self._surely_inside
        return outside

    def _where(self, outside: Mask) -> Ints:
        if not len(self._two):
            return self.catalog.tuition
        price = self.catalog.tuition.copy()
        rows = self._two[outside]
        price[rows] = self.catalog.outside[rows]
        return price
