"""Schedule: the pace the student wants, and the hours a week they have."""

from collections.abc import Hashable

import numpy as np

from webapp.matching.arrays import Rows
from webapp.matching.assessment import Assessment, blend, falling, settle, unknown
from webapp.matching.catalog import PACE_BITS
from webapp.matching.context import Context

OTHER_PACE = 0.1
AT_HALF, AT_LIMIT = 1.0, 0.9


def decided_by(context: Context) -> Hashable:
    """The answers that decide it."""
    practical = context.student.profile.practical
    return practical.pace, practical.hours_per_week


def assess(context: Context, rows: Rows) -> Assessment:
    """The mean of the two, of those the student spoke of."""
    catalog, practical = context.catalog, context.student.profile.practical
    parts = []
    if practical.pace is not None:
        pace = catalog.pace[rows]
        fits = (pace & PACE_BITS[practical.pace]) != 0
        parts.append((1.0, settle(np.where(fits, 1.0, OTHER_PACE), pace != 0)))
    if practical.hours_per_week is not None:
        hours = catalog.hours[rows]
        value = falling(hours / practical.hours_per_week, AT_HALF, AT_LIMIT)
        parts.append((1.0, settle(value, ~np.isnan(hours))))
    return blend(parts) if parts else unknown(len(catalog.pace[rows]))
