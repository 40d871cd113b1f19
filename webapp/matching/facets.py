"""Facets: rows that a group of criteria cannot tell apart are judged once.

Each criterion reads a few columns of a row and nothing else. Criteria whose columns take few combinations together
share a facet: a code for each row, and one row of the catalogue for each code. To judge a quarter of a million programs
is then to judge the distinct ones, and to look the value of every other row up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Codes

READS: Mapping[Criterion, tuple[str, ...]] = MappingProxyType(
    {
        Criterion.GOAL: ("cip", "credential", "matter", "admission"),
        Criterion.BACKGROUND: ("admission",),
        Criterion.DURATION: ("months",),
        Criterion.SCHEDULE: ("pace", "hours"),
        Criterion.START: ("start",),
        Criterion.OUTCOMES: ("salary", "rate", "sample", "outcome_sourced"),
        Criterion.PLACE: ("modality", "site", "authorized"),
        Criterion.COST: ("tuition", "outside", "home", "basis"),
        Criterion.INTERESTS: ("document",),
    }
)
"""The columns of the catalogue that decide a criterion."""

FEW = 16
"""Criteria may share a facet while its codes are at most one for this many rows,"""
GROWTH = 1.25
"""or at most this many times the codes of the finest of them."""
DENSE = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """`rows[code[r]]` is a row that the criteria judge exactly as they judge row `r`."""

    criteria: tuple[Criterion, ...]
    code: Codes
    rows: Codes


def build_facets(columns: Mapping[str, NDArray[Any]]) -> tuple[Facet, ...]:
    """Group the criteria by the columns of a catalogue, which must hold every one that a criterion reads."""
    own = {criterion: joint_codes([columns[name] for name in names]) for criterion, names in READS.items()}
    groups: list[tuple[list[Criterion], Codes, int]] = []
    for criterion, code in sorted(own.items(), key=lambda item: _count(item[1])):
        finest = _count(code)
        for index, (members, shared, widest) in enumerate(groups):
            both = _joined(shared, code)
            if _count(both) <= max(len(code) // FEW, GROWTH * max(finest, widest)):
                groups[index] = ([*members, criterion], both, max(finest, widest))
                break
        else:
            groups.append(([criterion], code, finest))
    return tuple(Facet(tuple(members), code, first_rows(code)) for members, code, _ in groups)


def joint_codes(columns: Sequence[NDArray[Any]]) -> Codes:
    """One code for each distinct combination of values, from 0, in no meaningful order."""
    code = _codes(columns[0])
    for column in columns[1:]:
        code = _joined(code, _codes(column))
    return code


def first_rows(code: Codes) -> Codes:
    """For each code the first row that has it."""
    rows = np.empty(_count(code), dtype=np.intp)
    rows[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    return rows


def _count(code: Codes) -> int:
    return int(code.max(initial=-1)) + 1


def _codes(column: NDArray[Any]) -> Codes:
    if column.dtype.kind in "iub" and column.dtype.itemsize <= 4:
        low = int(column.min(initial=0))
        return _compact(column.astype(np.intp) - low, int(column.max(initial=0)) - low + 1)
    return np.unique(column, return_inverse=True)[1].astype(np.intp, copy=False)


def _joined(one: Codes, other: Codes) -> Codes:
    width = _count(other)
    return _compact(one * width + other, _count(one) * width)


def _compact(key: Codes, span: int) -> Codes:
    """The keys numbered anew without gaps; by a table where they are dense enough, else by sorting."""
    if span > max(DENSE, 8 * len(key)):
        return np.unique(key, return_inverse=True)[1].astype(np.intp, copy=False)
    seen = np.zeros(span, dtype=np.bool_)
    seen[key] = True
    return (np.cumsum(seen) - 1)[key]
