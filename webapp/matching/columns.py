"""Columns of numbers, made from columns of facts. Unknown facts are None and become UNKNOWN or NaN."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

import numpy as np

from webapp.domain.listing import Listing
from webapp.matching.arrays import UNKNOWN, Floats, Ints

Facts: TypeAlias = Mapping[str, Sequence[Any]]
"""For each attribute of Listing that the engine reads in bulk, its value in every row."""

READ_IN_BULK = (
    "program_id",
    "institution",
    "name",
    "credential",
    "cip",
    "modality",
    "pace",
    "state",
    "country",
    "latitude",
    "longitude",
    "states_authorized",
    "months",
    "hours_per_week",
    "tuition_total_cents",
    "tuition_out_of_state_cents",
    "tuition_basis",
    "start_terms",
    "min_education",
    "accepted_fields",
    "min_gpa",
    "req_programming",
    "req_statistics",
    "req_calculus",
    "req_linear_algebra",
    "req_databases",
    "req_machine_learning",
    "min_work_years",
    "min_english",
    "bridge_for",
    "topics",
    "summary",
    "outcome_median_salary_cents",
    "outcome_rate",
    "outcome_sample",
    "outcome_source",
    "verified_on",
)
_read = attrgetter(*READ_IN_BULK)
_Key = TypeVar("_Key", bound=Hashable)


def facts_of(listings: Iterable[Listing]) -> Facts:
    """The facts of listings, column by column."""
    columns = list(zip(*map(_read, listings), strict=True)) or [()] * len(READ_IN_BULK)
    return dict(zip(READ_IN_BULK, columns, strict=True))


def encode(values: Sequence[_Key]) -> tuple[Ints, list[_Key]]:
    """A code for each distinct value, numbered as they first appear, and the values by code."""
    distinct = list(dict.fromkeys(values))
    return _looked_up(values, {value: code for code, value in enumerate(distinct)}, np.int32), distinct


def translate(values: Sequence[_Key], number: Callable[[_Key], int], kind: Any) -> Ints:
    """A number for each value, worked out once for each distinct one."""
    return _looked_up(values, {value: number(value) for value in dict.fromkeys(values)}, kind)


def _looked_up(values: Sequence[_Key], numbers: Mapping[_Key, int], kind: Any) -> Ints:
    if len(numbers) == 1:
        return np.full(len(values), next(iter(numbers.values())), dtype=kind)
    return np.fromiter(map(numbers.__getitem__, values), dtype=kind, count=len(values))


def ints(values: Sequence[int | None]) -> Ints:
    """Whole numbers that fit 32 bits."""
    numbers = floats(values)
    return np.where(np.isnan(numbers), UNKNOWN, numbers).astype(np.int32)


def floats(values: Sequence[float | None]) -> Floats:
    """Numbers, unknown as NaN."""
    return np.array(values, dtype=np.float64)
