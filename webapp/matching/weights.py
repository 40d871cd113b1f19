"""What criteria and priorities are worth. Other figures are a new `version`, which every stored ranking names."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from webapp.domain.errors import Problem, Refused
from webapp.domain.profile import Criterion, Priorities, Priority

MOST_WEIGHT: Final = 20.0
MOST_FACTOR: Final = 10.0
UNASKED: Final = (Criterion.COST, Criterion.BACKGROUND, Criterion.PLACE)
"""The criteria that count for somebody who said nothing of them; there are words for these alone."""


def _unstated() -> Mapping[Criterion, float]:
    """What the student wants and brings first, then what makes it possible, then the rest (docs/golden.md)."""
    own = dict.fromkeys((Criterion.GOAL, Criterion.BACKGROUND, Criterion.INTERESTS), 4.0)
    rest = {Criterion.COST: 2.0, Criterion.PLACE: 2.0, Criterion.DURATION: 0.5, Criterion.OUTCOMES: 0.5}
    return MappingProxyType(dict.fromkeys(Criterion, 1.0) | own | rest)


def _unasked() -> Mapping[Criterion, float]:
    return MappingProxyType(dict.fromkeys(UNASKED, 0.5))


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

    def to_json(self) -> dict[str, Any]:
        """The figures without their version: `from_json` reads them back."""
        return {
            "criteria": {each.value: self.unstated[each] for each in Criterion},
            "priorities": {"must": self.must, "important": self.important, "nice": self.nice},
            "unasked": {each.value: self.unasked.get(each, 0.0) for each in UNASKED},
            "vague": self.vague,
        }

    @classmethod
    def from_json(cls, version: str, told: Mapping[str, Any]) -> "Weights":
        """Weights from their figures. Refused, with everything that is wrong, where they cannot be meant."""
        problems = tuple(_problems(told))
        if problems:
            raise Refused(*problems)
        criteria, factors, shares = told["criteria"], told["priorities"], told["unasked"]
        return cls(
            version=version,
            must=float(factors["must"]),
            important=float(factors["important"]),
            nice=float(factors["nice"]),
            vague=float(told["vague"]),
            unstated=MappingProxyType({each: float(criteria[each.value]) for each in Criterion}),
            unasked=MappingProxyType({each: float(shares[each.value]) for each in UNASKED}),
        )


def _problems(told: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with figures; each named as `section.key`."""
    sections: dict[str, tuple[tuple[str, ...], float]] = {
        "criteria": (tuple(Criterion), MOST_WEIGHT),
        "priorities": (("must", "important", "nice"), MOST_FACTOR),
        "unasked": (UNASKED, 1.0),
    }
    sound = True
    for section, (keys, most) in sections.items():
        figures = told.get(section)
        figures = figures if isinstance(figures, Mapping) else {}
        for key in keys:
            if not _within(figures.get(key), most):
                sound = False
                yield Problem(f"{section}.{key}", "This weight cannot be used.", f"Give a number from 0 to {most:g}.")
        for key in sorted(str(each) for each in figures if each not in keys):
            yield Problem(f"{section}.{key}", "There is no such weight.", "Leave it out.")
    if not _within(told.get("vague"), 1.0):
        yield Problem("vague", "This weight cannot be used.", "Give a number from 0 to 1.")
    if not sound:
        return
    if not any(told["criteria"].values()):
        yield Problem("criteria.goal", "With every weight at 0 nothing could be ranked.", "Let one criterion count.")
    must, important, nice = (told["priorities"][each] for each in ("must", "important", "nice"))
    # What a student says must never count the other way round, and saying nothing lies between nice and important.
    if not 0 <= nice <= 1 <= important <= must:
        remedy = "Keep to: nice, at most 1, at most important, at most must."
        yield Problem("priorities.must", "The priorities are not in their order.", remedy)


def _within(value: object, most: float) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= most
    )


DEFAULT_WEIGHTS = Weights(version="2026-11-3", must=2.0, important=1.5, nice=0.75)
