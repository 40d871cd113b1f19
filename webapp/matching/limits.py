"""The hard limits a student set, and the rows known to break them. What is unknown breaks nothing."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from webapp.domain.credential import Credential
from webapp.domain.profile import Criterion
from webapp.matching.arrays import Mask, Rows
from webapp.matching.catalog import PACE_BITS
from webapp.matching.context import Context
from webapp.matching.rules import Verdict

HIDDEN = "hidden"
"""The limit that leaves out what the student put aside, program by program."""
Breaks: TypeAlias = Callable[[Rows], Mask]
"""Which of some rows break a limit."""


def limits_of(context: Context) -> Mapping[str, Breaks]:
    """Each hard limit the student set, in the order in which they are counted."""
    student = context.student
    return {
        rule: partial(breaks, context)
        for rule, breaks in _BREAKS.items()
        if (student.without if rule == HIDDEN else student.must(Criterion(rule)))
    }


def _hidden(context: Context, rows: Rows) -> Mask:
    row_of = context.catalog.row_of
    put_aside = np.zeros(len(context.catalog), dtype=np.bool_)
    put_aside[[row_of[each] for each in context.student.without if each in row_of]] = True
    return put_aside[rows]


def _goal(context: Context, rows: Rows) -> Mask:
    wanted = context.student.profile.goal.credentials
    other = np.full(len(Credential), bool(wanted))
    other[[credential.rank for credential in wanted]] = False
    return other[context.catalog.credential[rows]]


def _place(context: Context, rows: Rows) -> Mask:
    return context.places.out_of_reach_of(rows)


def _schedule(context: Context, rows: Rows) -> Mask:
    practical, pace = context.student.profile.practical, context.catalog.pace[rows]
    breaks: Mask = context.catalog.hours[rows] > _most(practical.hours_per_week)
    if practical.pace is not None:
        breaks |= (pace != 0) & (pace & PACE_BITS[practical.pace] == 0)
    return breaks


def _duration(context: Context, rows: Rows) -> Mask:
    breaks: Mask = context.catalog.months[rows] > _most(context.student.profile.practical.months_max)
    return breaks


def _start(context: Context, rows: Rows) -> Mask:
    late: Mask = context.months_to_start > _most(context.student.profile.practical.start_within_months)
    return late[context.catalog.start[rows]]


def _cost(context: Context, rows: Rows) -> Mask:
    breaks: Mask = context.prices.least[rows] > _most(context.student.profile.practical.budget_cents)
    return breaks


def _background(context: Context, rows: Rows) -> Mask:
    breaks: Mask = context.eligibility.verdicts_of(rows) == Verdict.NOT_YET
    return breaks


def _most(answer: float | None) -> float:
    return np.inf if answer is None else answer


_BREAKS: Mapping[str, Callable[[Context, Rows], Mask]] = MappingProxyType(
    {
        HIDDEN: _hidden,
        "goal": _goal,
        "place": _place,
        "schedule": _schedule,
        "duration": _duration,
        "start": _start,
        "cost": _cost,
        "background": _background,
    }
)
LIMIT_RULES = tuple(_BREAKS)
"""The hard limits in the order in which they are counted: a program that breaks several counts under the first."""
_CRITERIA: Mapping[str, Criterion] = MappingProxyType(
    {rule: Criterion(rule) for rule in ("goal", "schedule", "duration", "start")}
)
"""Limits that read what their criterion reads, and nothing else."""


def within_limits(context: Context) -> tuple[Rows, dict[str, int]]:
    """The rows, ascending, that break no hard limit, and how many broke which: each once, under the first it breaks."""
    limits, cells = dict(limits_of(context)), context.catalog.cells
    if not limits:
        return slice(None), {}
    excluded: dict[str, int] = {}
    rows: Rows = slice(None)
    left = np.ones(len(cells), dtype=np.bool_)
    while limits and _CRITERIA.get(first := next(iter(limits))) in cells.facet.criteria:
        broken = limits.pop(first)(cells.facet.rows) & left
        excluded[first] = int(cells.sizes[broken].sum())
        left &= ~broken
    if not left.all():
        rows = cells.rows_of(left)
    for rule, breaks in limits.items():
        kept = np.flatnonzero(~breaks(rows))
        before = len(context.catalog) if isinstance(rows, slice) else len(rows)
        excluded[rule] = before - len(kept)
        if excluded[rule]:
            rows = kept if isinstance(rows, slice) else rows[kept]
    return rows, {rule: count for rule, count in excluded.items() if count}


def broken_limits(context: Context) -> dict[str, Mask]:
    """For each hard limit the rows of the whole catalogue that break it."""
    facet, limits = context.catalog.cells.facet, limits_of(context)
    by_cell = {rule for rule in limits if _CRITERIA.get(rule) in facet.criteria}
    return {
        rule: breaks(facet.rows)[facet.code] if rule in by_cell else breaks(slice(None))
        for rule, breaks in limits.items()
    }
