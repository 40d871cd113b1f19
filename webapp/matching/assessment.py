"""How well rows do on one criterion: a point value, the range it may lie in, and how much of it is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from webapp.matching.arrays import Floats, Ints, Mask, Rows

EVERY = slice(None)
PRIOR = 0.4
"""The point value of what is not known: a little below the middle, so never zero and never better than a good fact."""
THRESHOLD = 0.4
"""Below this point value a criterion speaks against a program."""

Lazy: TypeAlias = Callable[[Rows], Floats]
"""How to work something out for some of the rows judged, told by their place among them: only the point value is needed
of every row, the rest of the few that are shown."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Parallel arrays in 0..1. `known` is the share of the criterion that rests on facts; low <= point <= high."""

    point: Floats
    known_of: Lazy
    """How much of the criterion rests on published facts."""
    low_of: Lazy
    """The value if what is unknown were as bad as can be."""
    high_of: Lazy
    """The value if what is unknown were as good as can be."""

    def worked_out(self) -> "Assessment":
        """The same with everything worked out: for what is kept and asked again."""
        known, low, high = self.known_of(EVERY), self.low_of(EVERY), self.high_of(EVERY)
        return Assessment(self.point, known.__getitem__, low.__getitem__, high.__getitem__)

    def seen_by(self, code: Ints) -> "Assessment":
        """The same for rows that are each judged as the row of their code is."""
        return Assessment(
            self.point[code],
            lambda at: self.known_of(code[at]),
            lambda at: self.low_of(code[at]),
            lambda at: self.high_of(code[at]),
        )


def settle(value: Floats, known: Mask, low: Lazy | None = None, high: Lazy | None = None) -> Assessment:
    """The value where it is known (within low and high, where given), the prior and the whole range where not."""
    return Assessment(
        np.where(known, value, PRIOR),
        lambda at: known[at].astype(np.float64),
        lambda at: np.where(known[at], value[at] if low is None else low(at), 0.0),
        lambda at: np.where(known[at], value[at] if high is None else high(at), 1.0),
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
        lambda at: mean(lambda part: part.known_of(at)),
        lambda at: mean(lambda part: part.low_of(at)),
        lambda at: mean(lambda part: part.high_of(at)),
    )


def sure(value: Floats) -> Assessment:
    """All that the criterion reads is known."""
    return Assessment(value, lambda at: np.ones(len(value[at])), lambda at: value[at], lambda at: value[at])


def unknown(count: int) -> Assessment:
    """Nothing known of any row."""
    point = np.full(count, PRIOR)

    def nothing(at: Rows) -> Floats:
        return np.zeros(len(point[at]))

    return Assessment(point, nothing, nothing, lambda at: np.ones(len(point[at])))


def falling(ratio: Floats, at_half: float, at_limit: float) -> Floats:
    """A curve for "no more than": 1 down to `at_half` at half the limit, `at_limit` at the limit, 0 at 1.5 times it.

    It falls ever faster, so that it is the lowest of the three lines.
    """
    doubled = 2 * ratio
    below_half = 1.0 if at_half == 1 else 1 - (1 - at_half) * doubled
    below_limit = at_half - (at_half - at_limit) * (doubled - 1)
    above = at_limit * (3 - doubled)
    return np.maximum(0.0, np.minimum(np.minimum(below_half, below_limit), above))
