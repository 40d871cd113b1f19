"""How a student can reach each program: ways of teaching, distances, states."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from webapp.domain.geography import EARTH_RADIUS_KM, Position
from webapp.domain.profile import Modality
from webapp.matching.arrays import UNKNOWN, Floats, Ints, Mask, Rows
from webapp.matching.catalog import MODALITY_BITS, STATE_BITS, STATE_CODES, Catalog
from webapp.matching.student import Student

DEFAULT_RADIUS_KM = 80.0
"""How far "near" reaches for a student who gave a ZIP code and no radius: about an hour's drive."""

NEAR, EDGE, SAME_STATE, ELSEWHERE, UNKNOWN_SITE = 1.0, 0.7, 0.8, 0.25, 0.4
ONLINE_AUTHORIZED, ONLINE_UNSTATED = 1.0, 0.75
UNKNOWN_WAY_BASE, UNKNOWN_WAY_SLOPE = 0.25, 0.4
ALL_WAYS = sum(MODALITY_BITS.values())
ONLINE = MODALITY_BITS[Modality.ONLINE]
IN_PERSON = ALL_WAYS & ~ONLINE


@dataclass(frozen=True)
class Places:
    """Distances and reach of every program for one student. Campus values are per distinct site, the rest per row."""

    student: Student
    catalog: Catalog

    @cached_property
    def wanted(self) -> int:
        """The ways of teaching the student accepts, as bits; all where they did not say."""
        return sum(MODALITY_BITS[m] for m in self.student.profile.practical.modalities) or ALL_WAYS

    @cached_property
    def radius(self) -> float:
        """How far the student would travel, in km."""
        return self.student.profile.practical.radius_km or DEFAULT_RADIUS_KM

    @cached_property
    def distance(self) -> Floats:
        """Great-circle distance in km from the student to each site; NaN where either is unknown."""
        sites, here = self.catalog.sites, self.student.position
        if here is None:
            return np.full(len(sites.latitude), np.nan)
        return self.catalog.memory.of(("distance", here), lambda: self._from(here))

    def _from(self, here: Position) -> Floats:
        sites = self.catalog.sites
        lat1, lat2 = np.radians(here.latitude), sites.radians
        dlon = np.radians(sites.longitude - here.longitude)
        h = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * sites.cosine * np.sin(dlon / 2) ** 2
        result: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
        return result

    @cached_property
    def same_state(self) -> Ints:
        """1 where a site lies in the student's state, -1 where in another, 0 where either is unknown."""
        code = STATE_CODES.get(self.student.state or "", UNKNOWN)
        state = self.catalog.sites.state
        if code == UNKNOWN:
            return np.zeros(len(state), dtype=np.int8)
        return np.where(state == UNKNOWN, 0, np.where(state == code, 1, -1)).astype(np.int8)

    @cached_property
    def foreign(self) -> Mask:
        """Sites known to lie in another country than the student's."""
        country = self.student.profile.practical.country
        if country is None:
            return np.zeros(len(self.catalog.sites.state), dtype=np.bool_)
        other = [name is not None and name != country for name in self.catalog.sites.countries]
        return np.array(other, dtype=np.bool_)[self.catalog.sites.country_code]

    @property
    def moves(self) -> bool:
        """Whether sites in other countries are open: to a student abroad who named no radius, moving is the plan."""
        return self.student.abroad and self.student.profile.practical.radius_km is None

    @cached_property
    def campus(self) -> Floats:
        """How well each site can be reached in person, 0..1; NaN where nothing is known or nothing was said."""
        same, near = self.same_state, self.distance / self.radius
        by_state = np.where(same == 0, np.nan, np.where(same == 1, SAME_STATE, ELSEWHERE))
        by_distance = np.where(near <= 1, NEAR - (NEAR - EDGE) * near, np.maximum(0.0, EDGE * (1 - (near - 1) / 2)))
        value = np.where(np.isnan(near), by_state, by_distance)
        return np.where(self.foreign, ELSEWHERE if self.moves else 0.0, value)

    @cached_property
    def too_far(self) -> Mask:
        """Sites known to lie beyond the radius, or, with no radius given, in another state or country."""
        if self.student.profile.practical.radius_km is not None and self.student.position is not None:
            beyond = self.distance > self.radius
            far: Mask = np.where(np.isnan(self.distance), self.same_state == -1, beyond) | self.foreign
            return far
        if self.moves:
            return np.zeros(len(self.foreign), dtype=np.bool_)
        elsewhere: Mask = (self.same_state == -1) | self.foreign
        return elsewhere

    def out_of_reach_of(self, rows: Rows) -> Mask:
        """Which of some rows no way of teaching known of and accepted brings to the student."""
        modality = self.catalog.modality[rows]
        usable = modality & self.wanted
        far = self.too_far[self.catalog.site[rows]]
        online = ((usable & ONLINE) != 0) & ~self.refused_of(rows)
        in_person = ((usable & IN_PERSON) != 0) & ~far
        unknown_way = (modality == 0) & ~(far & bool(self.wanted == self.wanted & IN_PERSON))
        result: Mask = ~(online | in_person | unknown_way)
        return result

    def refused_of(self, rows: Rows) -> Mask:
        """Which of some rows publish where online students may live, and the student's state is not among them."""
        authorized, state = self.catalog.authorized[rows], self.student.state
        if state is None:
            return np.zeros(len(authorized), dtype=np.bool_)
        bit = np.uint64(STATE_BITS[state])
        refused: Mask = (authorized != 0) & ((authorized & bit) == 0)
        return refused

    def refuses(self, row: int) -> bool:
        """Whether one row publishes where online students may live, and the student's state is not among them."""
        states, state = int(self.catalog.authorized[row]), self.student.state
        return state is not None and states != 0 and not states & STATE_BITS[state]
