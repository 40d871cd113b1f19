"""Cost: the published total for this student against the budget, or, with no budget named, cheaper is better."""

import numpy as np

from webapp.domain.listing import TuitionBasis
from webapp.matching.arrays import Floats, Ints, Rows
from webapp.matching.assessment import Assessment, falling, settle
from webapp.matching.catalog import BASES
from webapp.matching.context import Context

HALVING_CENTS = 30_000_00
"""With no budget named: the total at which the value is one half."""
SPREAD = {TuitionBasis.PROGRAM: 0.0, TuitionBasis.PER_CREDIT: 0.15, TuitionBasis.INSTITUTION_AVERAGE: 0.3}
UNSTATED_SPREAD = 0.15
"""How far the true price may lie from the published figure, by what the figure is a figure of."""
_SPREADS = np.array([*(SPREAD[basis] for basis in BASES), UNSTATED_SPREAD])
AT_HALF, AT_BUDGET = 1.0, 0.9


def assess(context: Context, rows: Rows) -> Assessment:
    """Full value up to half the budget, 0.9 at the budget, nothing from one and a half times the budget on.

    Where it is not known which of two prices holds, the mean of both values, and the interval spans them.
    """
    prices, budget = context.prices, context.student.profile.practical.budget_cents
    least, most = prices.least[rows], prices.most[rows]
    value = _curve(least, budget)
    if prices.least is not prices.most:
        value = (value + _curve(most, budget)) / 2

    def within(cents: Ints, sign: int, at: Rows) -> Floats:
        return _curve(cents[at] * (1 + sign * _SPREADS[context.catalog.basis[rows][at]]), budget)

    return settle(value, least >= 0, lambda at: within(most, 1, at), lambda at: within(least, -1, at))


def _curve(price: Ints | Floats, budget: int | None) -> Floats:
    cents = price.astype(np.float64)
    if budget is None:
        return HALVING_CENTS / (HALVING_CENTS + np.maximum(cents, 0.0))
    if budget == 0:
        return np.where(cents <= 0, 1.0, 0.0)
    return falling(cents / budget, AT_HALF, AT_BUDGET)
