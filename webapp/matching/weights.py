"""What each priority is worth. A change here is a new `version`, which every stored ranking names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from webapp.domain.profile import Criterion, Priorities, Priority


def _unstated() -> Mapping[Criterion, float]:
    """What the student wants and brings first, then the price, then the rest (tuned as docs/golden.md says)."""
    own = dict.fromkeys((Criterion.GOAL, Criterion.BACKGROUND, Criterion.INTERESTS), 3.0)
    return MappingProxyType(dict.fromkeys(Criterion, 1.0) | {Criterion.COST: 2.0} | own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weight of each priority, and of each criterion on which the student stated no priority."""

    version: str
    must: float
    important: float
    nice: float
    unstated: Mapping[Criterion, float] = field(default_factory=_unstated, hash=False)

    def of(self, criterion: Criterion, priorities: Priorities) -> float:
        """The weight of a criterion before shares are taken; 0 for `ignore`."""
        match priorities.of(criterion):
            case Priority.MUST:
                return self.must
            case Priority.IMPORTANT:
                return self.important
            case Priority.NICE:
                return self.nice
            case Priority.IGNORE:
                return 0.0
            case None:
                return self.unstated[criterion]


DEFAULT_WEIGHTS = Weights(version="2026-11-2", must=3.0, important=2.0, nice=1.0)
