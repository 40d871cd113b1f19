"""How well rows do on one criterion: a point value, the range it may lie in, and how much of it is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from webapp.matching.arrays import Floats, Mask

PRIOR = 0.4
"""The point value of what is not known: a little below the middle, so never zero and never better than a good fact."""
THRESHOLD = 0.4
"""Below this point value a criterion speaks against a program."""

Lazy: TypeAlias = Floats | Callable[[], Floats]
"""An array, or how to make it: only the point value is needed of every row, the rest of the few that are shown."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Parallel arrays in 0..1. `known` is the share of the criterion that rests on facts; low <= point <= high."""

    point: Floats
    lazy_known: Lazy
    lazy_low: Lazy
    lazy_high: Lazy

    @property
    def known(self) -> Floats:
        """How much of the criterion rests on published facts."""
        return _made(self.lazy_known)

    @property
    def low(self) -> Floats:
        """The value if what is unknown were as bad as can be."""
        return _made(self.lazy_low)

    @property
    def high(self) -> Floats:
        """The value if what is unknown were as good as can be."""
        return _made(self.lazy_high)


def _made(value: Lazy) -> Floats:
    return value() if callable(value) else value


def settle(value: Floats, known: Mask, low: Lazy | None = None, high: Lazy | None = None) -> Assessment:
    """The value where it is known (within low and high, where given), the prior and the whole range where not."""
    return Assessment(
        np.where(known, value, PRIOR),
        lambda: known.astype(np.float64),
        lambda: np.where(known, value if low is None else _made(low), 0.0),
        lambda: np.where(known, value if high is None else _made(high), 1.0),
    )


def blend(parts: Sequence[tuple[float, Assessment]]) -> Assessment:
    """The weighted mean of several assessments of the same rows."""
    total = sum(weight for weight, _ in parts)

    def mean(read: Callable[[Assessment], Floats]) -> Floats:
        result = (parts[0][0] / total) * read(parts[0][1])
        for weight, part in parts[1:]:
            result += (weight / total) * read(part)
        return result

    return Assessment(
        mean(lambda part: part.point),
        lambda: mean(lambda part: part.known),
        lambda: mean(lambda part: part.low),
        lambda: mean(lambda part: part.high),
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
