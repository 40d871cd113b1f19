"""How well rows do on one criterion: a point value, the range it may lie in, and how much of it is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from webapp.matching.arrays import Floats, Mask

PRIOR = 0.4
"""The point value of what is not known: a little below the middle, so never zero and never better than a good fact."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Parallel arrays in 0..1. `known` is the share of the criterion that rests on facts; low <= point <= high."""

    point: Floats
    known: Floats
    low: Floats
    high: Floats


def settle(value: Floats, known: Mask, low: Floats | None = None, high: Floats | None = None) -> Assessment:
    """The value where it is known (within low and high, where given), the prior and the whole range where not."""
    point = np.where(known, value, PRIOR)
    return Assessment(
        point=point,
        known=known.astype(np.float64),
        low=np.where(known, value if low is None else low, 0.0),
        high=np.where(known, value if high is None else high, 1.0),
    )


def blend(parts: Sequence[tuple[float, Assessment]]) -> Assessment:
    """The weighted mean of several assessments of the same rows."""
    total = sum(weight for weight, _ in parts)

    def mean(values: Iterable[Floats]) -> Floats:
        result = np.float64(0) * parts[0][1].point
        for (weight, _), value in zip(parts, values, strict=True):
            result = result + (weight / total) * value
        return result

    return Assessment(
        point=mean(part.point for _, part in parts),
        known=mean(part.known for _, part in parts),
        low=mean(part.low for _, part in parts),
        high=mean(part.high for _, part in parts),
    )


def unknown(count: int) -> Assessment:
    """Nothing known of any row."""
    zeros = np.zeros(count)
    return Assessment(np.full(count, PRIOR), zeros, zeros, np.ones(count))


def falling(ratio: Floats, at_half: float, at_limit: float) -> Floats:
    """A curve for "no more than": 1 down to `at_half` at half the limit, `at_limit` at the limit, 0 at 1.5 times it."""
    below_half = 1 - (1 - at_half) * 2 * ratio
    below_limit = at_half - (at_half - at_limit) * (2 * ratio - 1)
    above = at_limit * (3 - 2 * ratio)
    curve = np.where(ratio <= 0.5, below_half, np.where(ratio <= 1, below_limit, above))
    return np.maximum(0.0, curve)
