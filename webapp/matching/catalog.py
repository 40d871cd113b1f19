"""The snapshot the engine ranks: published listings as immutable columns, sorted by program_id.

Facts that many listings share (field of study, campus, start terms, entry requirements) are stored once, with a code
for each row: a rule on entry is worked out once for each distinct set of requirements, a distance once for each campus.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.domain.credential import Credential
from webapp.domain.geography import STATES
from webapp.domain.listing import ALL_STATES, Listing, TuitionBasis
from webapp.domain.occupation import occupations
from webapp.domain.profile import Criterion, Modality, Pace
from webapp.domain.subject import Subject
from webapp.matching.admissions import Admissions, build_admissions, requirements_of
from webapp.matching.arrays import UNKNOWN, Codes, Floats, Ints, Mask, Words
from webapp.matching.bridges import BridgeIndex, build_bridges
from webapp.matching.cells import Cells, build_cells
from webapp.matching.columns import Facts, encode, facts_of, floats, ints, translate
from webapp.matching.facets import Facet, build_facets, first_rows, joint_codes
from webapp.matching.matters import Matters
from webapp.matching.memory import Memory
from webapp.matching.text import TextIndex, build_index

STATE_BITS: Mapping[str, int] = MappingProxyType({state: 1 << index for index, state in enumerate(STATES)})
STATE_CODES: Mapping[str, int] = MappingProxyType({state: index for index, state in enumerate(STATES)})
ALL_BITS = (1 << 64) - 1
MODALITY_BITS: Mapping[str, int] = MappingProxyType({modality.value: 1 << i for i, modality in enumerate(Modality)})
PACE_BITS: Mapping[str, int] = MappingProxyType({pace.value: 1 << i for i, pace in enumerate(Pace)})
MOST_KEPT = 192
BASES = tuple(TuitionBasis)


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The distinct campuses: position in degrees (NaN unknown), state code, country and its code in `countries`.

    `radians` and `cosine` are of the latitude.
    """

    latitude: Floats
    longitude: Floats
    radians: Floats
    cosine: Floats
    state: Ints
    country: tuple[str | None, ...]
    country_code: Ints
    countries: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """One version of the published listings. `as_of` is the newest date on which a listing was verified."""

    version: str
    as_of: date
    listings: Sequence[Listing]
    row_of: Mapping[str, int]
    institution: Ints
    credential: Ints
    cip: Ints
    cips: tuple[str, ...]
    relations: Mapping[str, Floats]
    modality: Ints
    pace: Ints
    site: Codes
    sites: Sites
    authorized: Words
    months: Floats
    hours: Floats
    tuition: Ints
    outside: Ints
    basis: Ints
    start: Ints
    start_sets: tuple[tuple[str, ...], ...]
    admission: Codes
    admissions: Admissions
    bridges: BridgeIndex
    salary: Ints
    rate: Floats
    sample: Ints
    outcome_sourced: Mask
    document: Codes
    text: TextIndex
    matters: Matters
    described: Mask
    verified: Ints
    id_hash: Words
    facets: tuple[Facet, ...]
    facet_of: Mapping[Criterion, Facet]
    cells: Cells
    memory: Memory
    """What was worked out for an answer or two: the codes of a facet judged, the campuses seen from an area."""

    def __len__(self) -> int:
        return len(self.listings)

    @classmethod
    def from_listings(cls, listings: Iterable[Listing], version: str) -> "Catalog":
        """Build a snapshot; the order of the listings does not matter, their ids must differ (ValueError)."""
        ordered = tuple(sorted(listings, key=lambda listing: listing.program_id))
        return cls.from_facts(facts_of(ordered), ordered, version)

    @classmethod
    def from_facts(cls, facts: Facts, listings: Sequence[Listing], version: str) -> "Catalog":
        """Build a snapshot of columns whose rows are sorted by program_id, each once (ValueError).

        `listings` are the same rows as listings, which may be made only when asked for: few ever are.
        """
        ids = facts["program_id"]
        _check_ids(ids)
        row_of = MappingProxyType(dict(zip(ids, range(len(ids)), strict=True)))
        cip, cips = encode(facts["cip"])
        site, first = _joint(facts, *_POSITION)
        sites = _sites([tuple(facts[name][row] for name in _POSITION) for row in first])
        start, start_sets = encode(facts["start_terms"])
        admission, classes = _joint(facts, *_ASKED)
        document, text, matters = build_index(facts["name"], facts["topics"], facts["summary"])
        bridging = [(row, listings[row]) for row, bridges in enumerate(facts["bridge_for"]) if bridges]
        columns = _plain(facts)
        columns |= {"cip": cip, "site": site, "start": start, "admission": admission, "document": document}
        newest = int(columns["verified"].max(initial=UNKNOWN))
        # What decides a criterion beside the columns: the matter, and the state where the price depends on it.
        home = np.where(columns["outside"] == UNKNOWN, UNKNOWN, sites.state[site])
        facets = build_facets(columns | {"matter": matters.code, "home": home})
        return cls(
            version=version,
            as_of=date.fromordinal(newest) if newest > 0 else date(1970, 1, 1),
            listings=listings,
            row_of=row_of,
            cips=tuple(cips),
            relations=_relations(cips),
            sites=sites,
            start_sets=tuple(start_sets),
            admissions=build_admissions([requirements_of(listings[row]) for row in classes]),
            bridges=build_bridges(bridging, row_of),
            text=text,
            matters=matters,
            facets=facets,
            facet_of={criterion: facet for facet in facets for criterion in facet.criteria},
            cells=build_cells(facets[0]),
            memory=Memory(MOST_KEPT),
            **columns,
        )


_POSITION = ("latitude", "longitude", "state", "country")
_ASKED = (
    "credential",
    "min_education",
    "accepted_fields",
    "min_gpa",
    *(f"req_{subject.value}" for subject in Subject),
    "min_work_years",
    "min_english",
)


def _plain(facts: Facts) -> dict[str, NDArray[Any]]:
    """The columns that say one fact of each row, and nothing else."""
    return {
        "institution": encode(facts["institution"])[0],
        "credential": translate(facts["credential"], lambda name: Credential(name).rank, np.int8),
        "modality": translate(facts["modality"], lambda ways: sum(MODALITY_BITS[way] for way in ways), np.int8),
        "pace": translate(facts["pace"], lambda paces: sum(PACE_BITS[pace] for pace in paces), np.int8),
        "authorized": translate(facts["states_authorized"], _authorized, np.uint64),
        "months": floats(facts["months"]),
        "hours": floats(facts["hours_per_week"]),
        "tuition": ints(facts["tuition_total_cents"]),
        "outside": ints(facts["tuition_out_of_state_cents"]),
        "basis": translate(facts["tuition_basis"], lambda x: UNKNOWN if x is None else BASES.index(x), np.int8),
        "salary": ints(facts["outcome_median_salary_cents"]),
        "rate": floats(facts["outcome_rate"]),
        "sample": ints(facts["outcome_sample"]),
        "outcome_sourced": np.array([source is not None for source in facts["outcome_source"]], dtype=np.bool_),
        "described": np.array([bool(x or y) for x, y in zip(facts["topics"], facts["summary"], strict=True)], bool),
        "verified": translate(facts["verified_on"], lambda day: UNKNOWN if day is None else day.toordinal(), np.int32),
        "id_hash": np.fromiter(map(_hash, facts["program_id"]), dtype=np.uint64, count=len(facts["program_id"])),
    }


def _check_ids(ids: Sequence[str]) -> None:
    for before, after in itertools.pairwise(ids):
        if before >= after:
            fault = "stands twice in the catalogue" if before == after else "is out of order"
            raise ValueError(f"program_id {after} {fault}")


def _joint(facts: Facts, *names: str) -> tuple[Codes, list[int]]:
    """A code for each distinct combination of facts, and the first row that has each."""
    code = joint_codes([encode(facts[name])[0] for name in names])
    return code, first_rows(code).tolist()


def _sites(sites: Sequence[tuple[Any, ...]]) -> Sites:
    country = tuple(x[3] for x in sites)
    code, countries = encode(country)
    latitude = np.array([np.nan if x[0] is None else x[0] for x in sites], dtype=np.float64)
    return Sites(
        latitude=latitude,
        radians=np.radians(latitude),
        cosine=np.cos(np.radians(latitude)),
        longitude=np.array([np.nan if x[1] is None else x[1] for x in sites], dtype=np.float64),
        state=np.array(
            [STATE_CODES.get(x[2] or "", UNKNOWN) if x[3] in (None, "US") else UNKNOWN for x in sites], dtype=np.int8
        ),
        country=country,
        country_code=code,
        countries=tuple(countries),
    )


def _authorized(states: tuple[str, ...]) -> int:
    return ALL_BITS if ALL_STATES in states else sum(STATE_BITS[state] for state in states)


def _relations(cips: Sequence[str]) -> Mapping[str, Floats]:
    strengths = np.array([_strengths(cip) for cip in cips], dtype=np.float64).reshape(len(cips), len(occupations()))
    return MappingProxyType(dict(zip(occupations(), np.ascontiguousarray(strengths.T), strict=True)))


@lru_cache(maxsize=4096)
def _strengths(cip: str) -> tuple[float, ...]:
    """How strongly a field of study leads to each occupation, in the table's order."""
    return tuple(occupation.relation(cip) for occupation in occupations().values())


def _hash(program_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(program_id.encode(), digest_size=8).digest(), "big")
