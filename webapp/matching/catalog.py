"""The snapshot the engine ranks: published listings as immutable columns, sorted by program_id.

Facts that many listings share (field of study, campus, start terms, entry requirements) are stored once, with a code
for each row: a rule on entry is worked out once for each distinct set of requirements, a distance once for each campus.
"""

import hashlib
import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from webapp.domain.geography import STATES
from webapp.domain.listing import ALL_STATES, Listing, TuitionBasis
from webapp.domain.occupation import occupations
from webapp.domain.profile import Modality, Pace
from webapp.matching.admissions import Admissions, build_admissions, requirements_of
from webapp.matching.arrays import UNKNOWN, Floats, Ints, Mask, Words
from webapp.matching.bridges import BridgeIndex, build_bridges
from webapp.matching.text import TextIndex, build_index

STATE_BITS: Mapping[str, int] = MappingProxyType({state: 1 << index for index, state in enumerate(STATES)})
STATE_CODES: Mapping[str, int] = MappingProxyType({state: index for index, state in enumerate(STATES)})
ALL_BITS = (1 << 64) - 1
MODALITY_BITS: Mapping[str, int] = MappingProxyType({modality.value: 1 << i for i, modality in enumerate(Modality)})
PACE_BITS: Mapping[str, int] = MappingProxyType({pace.value: 1 << i for i, pace in enumerate(Pace)})
BASES = tuple(TuitionBasis)


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The distinct campuses: position in degrees (NaN unknown), state code and whether it lies abroad."""

    latitude: Floats
    longitude: Floats
    state: Ints
    country: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """One version of the published listings. `as_of` is the newest date on which a listing was verified."""

    version: str
    as_of: date
    listings: tuple[Listing, ...]
    row_of: Mapping[str, int]
    institution: Ints
    credential: Ints
    cip: Ints
    relations: Mapping[str, Floats]
    modality: Ints
    pace: Ints
    site: Ints
    sites: Sites
    authorized: Words
    months: Floats
    hours: Floats
    tuition: Ints
    basis: Ints
    start: Ints
    start_sets: tuple[tuple[str, ...], ...]
    admission: Ints
    admissions: Admissions
    bridges: BridgeIndex
    salary: Ints
    rate: Floats
    sample: Ints
    outcome_sourced: Mask
    text: TextIndex
    described: Mask
    verified: Ints
    id_hash: Words

    def __len__(self) -> int:
        return len(self.listings)

    @classmethod
    def from_listings(cls, listings: Iterable[Listing], version: str) -> "Catalog":
        """Build a snapshot; the order of the listings does not matter, their ids must differ (ValueError)."""
        ordered = tuple(sorted(listings, key=lambda listing: listing.program_id))
        for before, after in itertools.pairwise(ordered):
            if before.program_id == after.program_id:
                raise ValueError(f"program_id {after.program_id} stands twice in the catalogue")
        row_of = MappingProxyType({listing.program_id: row for row, listing in enumerate(ordered)})
        cip, cips = _encode(ordered, lambda listing: listing.cip)
        site, sites = _encode(ordered, _site)
        start, start_sets = _encode(ordered, lambda listing: listing.start_terms)
        admission, requirements = _encode(ordered, requirements_of)
        verified = _ints(ordered, lambda x: x.verified_on.toordinal() if x.verified_on else None)
        newest = int(verified.max(initial=UNKNOWN))
        return cls(
            version=version,
            as_of=date.fromordinal(newest) if newest > 0 else date(1970, 1, 1),
            listings=ordered,
            row_of=row_of,
            institution=_encode(ordered, lambda listing: listing.institution)[0],
            credential=_ints(ordered, lambda listing: listing.credential.rank, np.int8),
            cip=cip,
            relations=_relations(cips),
            modality=_ints(ordered, lambda listing: sum(MODALITY_BITS[m] for m in listing.modality), np.int8),
            pace=_ints(ordered, lambda listing: sum(PACE_BITS[pace] for pace in listing.pace), np.int8),
            site=site,
            sites=_sites(sites),
            authorized=np.array([_authorized(listing) for listing in ordered], dtype=np.uint64),
            months=_floats(ordered, lambda listing: listing.months),
            hours=_floats(ordered, lambda listing: listing.hours_per_week),
            tuition=_ints(ordered, lambda listing: listing.tuition_total_cents),
            basis=_ints(ordered, lambda x: BASES.index(x.tuition_basis) if x.tuition_basis else None, np.int8),
            start=start,
            start_sets=tuple(start_sets),
            admission=admission,
            admissions=build_admissions(requirements),
            bridges=build_bridges(ordered, row_of),
            salary=_ints(ordered, lambda listing: listing.outcome_median_salary_cents),
            rate=_floats(ordered, lambda listing: listing.outcome_rate),
            sample=_ints(ordered, lambda listing: listing.outcome_sample),
            outcome_sourced=np.array([listing.outcome_source is not None for listing in ordered], dtype=np.bool_),
            text=build_index(ordered),
            described=np.array([bool(x.topics or x.summary) for x in ordered], dtype=np.bool_),
            verified=verified,
            id_hash=np.array([_hash(listing.program_id) for listing in ordered], dtype=np.uint64),
        )


_Key = TypeVar("_Key", bound=Hashable)


def _encode(listings: Sequence[Listing], key: Callable[[Listing], _Key]) -> tuple[Ints, list[_Key]]:
    codes: dict[_Key, int] = {}
    column = np.array([codes.setdefault(key(listing), len(codes)) for listing in listings], dtype=np.int32)
    return column, list(codes)


def _ints(listings: Sequence[Listing], get: Callable[[Listing], int | None], kind: Any = np.int32) -> Ints:
    return np.array([UNKNOWN if (value := get(x)) is None else value for x in listings], dtype=kind)


def _floats(listings: Sequence[Listing], get: Callable[[Listing], float | None]) -> Floats:
    return np.array([np.nan if (value := get(x)) is None else value for x in listings], dtype=np.float64)


_Site = tuple[float | None, float | None, str | None, str | None]


def _site(listing: Listing) -> _Site:
    return listing.latitude, listing.longitude, listing.state, listing.country


def _sites(sites: Sequence[_Site]) -> Sites:
    return Sites(
        latitude=np.array([np.nan if x[0] is None else x[0] for x in sites], dtype=np.float64),
        longitude=np.array([np.nan if x[1] is None else x[1] for x in sites], dtype=np.float64),
        state=np.array(
            [STATE_CODES.get(x[2] or "", UNKNOWN) if x[3] in (None, "US") else UNKNOWN for x in sites], dtype=np.int8
        ),
        country=tuple(x[3] for x in sites),
    )


def _authorized(listing: Listing) -> int:
    if ALL_STATES in listing.states_authorized:
        return ALL_BITS
    return sum(STATE_BITS[state] for state in listing.states_authorized)


def _relations(cips: Sequence[str]) -> Mapping[str, Floats]:
    return MappingProxyType(
        {
            soc: np.array([occupation.relation(cip) for cip in cips], dtype=np.float64)
            for soc, occupation in occupations().items()
        }
    )


def _hash(program_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(program_id.encode(), digest_size=8).digest(), "big")
