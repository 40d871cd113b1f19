"""Start: how soon the next start is, against how soon the student wants to begin."""

from collections.abc import Hashable

import numpy as np

from webapp.matching.arrays import Rows
from webapp.matching.assessment import Assessment, settle
from webapp.matching.context import Context

GRACE_MONTHS = 12.0
"""How many months past the wish the value takes to fall to nothing."""
HALVING_MONTHS = 6.0
"""With no wish named: the wait at which the value is one half."""


def decided_by(context: Context) -> Hashable:
    """The answer that decides it, and the month it was given in."""
    return context.student.profile.practical.start_within_months, context.month


def assess(context: Context, rows: Rows) -> Assessment:
    """Full value within the wish, falling to nothing a year after it."""
    wait = context.months_to_start[context.catalog.start[rows]]
    within = context.student.profile.practical.start_within_months
    if within is None:
        value = HALVING_MONTHS / (HALVING_MONTHS + wait)
    else:
        value = np.clip(1 - (wait - within) / GRACE_MONTHS, 0.0, 1.0)
    return settle(value, ~np.isnan(wait))
