"""The score: the shares of the criteria times their point values, added up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Floats, Ints, Rows
from webapp.matching.assessment import EVERY, Assessment, unknown
from webapp.matching.context import Context
from webapp.matching.criteria import ASSESS
from webapp.matching.facets import Facet

STRONG_SCORE, STRONG_COVERAGE = 0.75, 0.6
GOOD_SCORE = 0.55


@dataclass(frozen=True)
class Scores:
    """The assessments of some rows on every criterion that counts, and what they add up to."""

    context: Context
    rows: Rows

    @cached_property
    def shares(self) -> Mapping[Criterion, float]:
        """The share of each criterion that counts."""
        return self.context.student.shares

    @cached_property
    def assessments(self) -> Mapping[Criterion, Assessment]:
        """By criterion. Where everything was ignored, every criterion is unknown for every program."""
        if self.context.student.mute:
            return dict.fromkeys(self.shares, unknown(self._count))
        return {criterion: self.assessed(criterion) for criterion in self.shares}

    def assessed(self, criterion: Criterion) -> Assessment:
        """One criterion; looked up where the codes of its facet are judged already."""
        judged = self.context.judged.get(criterion)
        if judged is None:
            return ASSESS[criterion](self.context, self.rows)
        facet = self.context.catalog.facet_of[criterion]
        if facet not in self._codes:
            self._codes[facet] = facet.code[self.rows]
        return judged.seen_by(self._codes[facet])

    @cached_property
    def _codes(self) -> dict[Facet, Ints]:
        return {}

    def _total(self, count: int, part: Callable[[Assessment], Floats]) -> Floats:
        result = np.zeros(count)
        for criterion, share in self.shares.items():
            result += share * part(self.assessments[criterion])
        return result

    @cached_property
    def score(self) -> Floats:
        """The sum of the contributions, 0..1."""
        return self._total(self._count, lambda judged: judged.point)

    @property
    def _count(self) -> int:
        return len(self.context.catalog.credential[self.rows])

    def low(self, at: Ints) -> Floats:
        """The score of some of the rows, by place, if everything unknown were as bad as can be."""
        return self._total(len(at), lambda judged: judged.low_of(at))

    def high(self, at: Ints) -> Floats:
        """The score of some of the rows, by place, if everything unknown were as good as can be."""
        return self._total(len(at), lambda judged: judged.high_of(at))

    @cached_property
    def coverage(self) -> Floats:
        """The share of the score that rests on published facts, 0..1."""
        return self._total(self._count, lambda judged: judged.known_of(EVERY))


def band_of(score: float, coverage: float, reachable: bool) -> str:
    """The band of a match, by a rule that a reader can check.

    strong: score at least 0.75 and coverage at least 0.6; good: score at least 0.55; possible: the rest, and everything
    whose requirements the student does not meet yet.
    """
    if not reachable or round(score, 9) < GOOD_SCORE:
        return "possible"
    return "strong" if round(score, 9) >= STRONG_SCORE and round(coverage, 9) >= STRONG_COVERAGE else "good"
