"""What each priority is worth. A change here is a new `version`, which every stored ranking names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from webapp.domain.profile import Criterion, Priorities, Priority


def _unstated() -> Mapping[Criterion, float]:
    """What the student wants and brings first, then what makes it possible, then the rest (docs/golden.md)."""
    own = dict.fromkeys((Criterion.GOAL, Criterion.BACKGROUND, Criterion.INTERESTS), 4.0)
    rest = {Criterion.COST: 2.0, Criterion.PLACE: 2.0, Criterion.DURATION: 0.5, Criterion.OUTCOMES: 0.5}
    return MappingProxyType(dict.fromkeys(Criterion, 1.0) | own | rest)


def _unasked() -> Mapping[Criterion, float]:
    return MappingProxyType(dict.fromkeys((Criterion.COST, Criterion.BACKGROUND, Criterion.PLACE), 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a criterion weighs: `unstated` where the student set no priority, that times the priority's factor else.

    `unasked` is the share of its weight that a criterion keeps which nothing was said of, and which counts all the
    same: what is cheap, open to all and within everyone's reach is the better advice to somebody unknown. `vague` is
    the share that interests keep where all we have is a sentence in which we know no topic.
    """

    version: str
    must: float
    important: float
    nice: float
    vague: float = 0.25
    unstated: Mapping[Criterion, float] = field(default_factory=_unstated, hash=False)
    unasked: Mapping[Criterion, float] = field(default_factory=_unasked, hash=False)

    def of(self, criterion: Criterion, priorities: Priorities) -> float:
        """The weight of a criterion before shares are taken; 0 for `ignore`."""
        return self.unstated[criterion] * self.factor(priorities.of(criterion))

    def factor(self, priority: Priority | None) -> float:
        """What a priority multiplies the weight by."""
        match priority:
            case Priority.MUST:
                return self.must
            case Priority.IMPORTANT:
                return self.important
            case Priority.NICE:
                return self.nice
            case Priority.IGNORE:
                return 0.0
            case None:
                return 1.0


DEFAULT_WEIGHTS = Weights(version="2026-11-3", must=2.0, important=1.5, nice=0.75)
