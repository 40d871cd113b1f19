"""Duration: months to finish against the longest the student accepts, or, with none named, shorter is better."""

from collections.abc import Hashable

import numpy as np

from webapp.matching.arrays import Rows
from webapp.matching.assessment import Assessment, falling, settle
from webapp.matching.context import Context

HALVING_MONTHS = 24.0
"""With no limit named: the length at which the value is one half."""
AT_HALF, AT_LIMIT = 1.0, 0.9


def decided_by(context: Context) -> Hashable:
    """The answer that decides it."""
    return context.student.profile.practical.months_max


def assess(context: Context, rows: Rows) -> Assessment:
    """Full value up to half the limit, 0.9 at the limit, nothing from one and a half times the limit on."""
    months, limit = context.catalog.months[rows], context.student.profile.practical.months_max
    known = ~np.isnan(months)
    value = HALVING_MONTHS / (HALVING_MONTHS + months) if limit is None else falling(months / limit, AT_HALF, AT_LIMIT)
    return settle(value, known)
