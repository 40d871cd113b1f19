"""What the engine works out of a profile once, before it looks at any listing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from webapp.domain.geography import Position, locate_zip
from webapp.domain.listing import Listing
from webapp.domain.occupation import Occupation, find_occupation
from webapp.domain.profile import Criterion, Priority, Profile
from webapp.domain.subject import Subject
from webapp.domain.topic import mentions
from webapp.matching.weights import DEFAULT_WEIGHTS, Weights

ABSOLUTE = (Criterion.COST, Criterion.DURATION, Criterion.START, Criterion.OUTCOMES)
"""Criteria that can be judged without an answer: cheaper, shorter, sooner and better are so for everyone who cares."""
MASTERED = 3
"""The rank of the level (several courses) from which a subject is known already."""


@dataclass(frozen=True)
class Student:
    """A profile with what follows from it. `shares` are the weights of the criteria that count, summing to 1.

    `without` are the ids of programs the student has put aside: they are left out, by a limit of their own.
    """

    profile: Profile
    weights: Weights
    without: frozenset[str] = frozenset()

    @cached_property
    def occupation(self) -> Occupation | None:
        """The wanted occupation, where the reference table has it."""
        return find_occupation(self.profile.goal.occupation)

    @cached_property
    def position(self) -> Position | None:
        """Where the student lives, from a US ZIP code."""
        practical = self.profile.practical
        if practical.postal_code is None or practical.country not in (None, "US"):
            return None
        area = locate_zip(practical.postal_code)
        return area.position if area else None

    @cached_property
    def state(self) -> str | None:
        """The student's US state: as stated, else that of the ZIP code."""
        practical = self.profile.practical
        if practical.country not in (None, "US"):
            return None
        if practical.state is not None:
            return practical.state
        area = locate_zip(practical.postal_code) if practical.postal_code else None
        return area.state if area else None

    @cached_property
    def state_path(self) -> str:
        """The answer that told the state."""
        return "practical.state" if self.profile.practical.state is not None else "practical.postal_code"

    @cached_property
    def abroad(self) -> bool:
        """Whether the student said they live outside the United States."""
        return self.profile.practical.country not in (None, "US")

    def price_span(self, listing: Listing) -> tuple[int, int] | None:
        """The least and the most that a program costs this student, in cents; None where no price is published."""
        return listing.price_span(self.state, abroad=self.abroad)

    @cached_property
    def stated(self) -> Mapping[str, object]:
        """Every answer by its path, as it stands in the JSON of the profile."""
        return MappingProxyType(self.profile.stated())

    @cached_property
    def said(self) -> Mapping[str, Mapping[str, object]]:
        """Every answer by its path, with the path, as statements cite it."""
        return {path: {"path": path, "value": value} for path, value in self.stated.items()}

    @cached_property
    def spoken_subjects(self) -> tuple[Subject, ...]:
        """The subjects the student told their level of."""
        return tuple(subject for subject in Subject if self.profile.subjects.known(subject) is not None)

    @cached_property
    def mastered(self) -> frozenset[Subject]:
        """The subjects the student has had several courses in, or uses at work."""
        levels = {subject: self.profile.subjects.known(subject) for subject in Subject}
        return frozenset(subject for subject, level in levels.items() if level is not None and level.rank >= MASTERED)

    def must(self, criterion: Criterion) -> bool:
        """Whether the student made a criterion a hard limit."""
        return self.profile.priorities.of(criterion) is Priority.MUST

    def spoke_of(self, criterion: Criterion) -> bool:
        """Whether the student said anything that a criterion can be judged by."""
        if criterion in ABSOLUTE and self.profile.priorities.of(criterion) is not None:
            return True
        goal, background, practical = self.profile.goal, self.profile.background, self.profile.practical
        match criterion:
            case Criterion.GOAL:
                return goal.occupation is not None or bool(goal.credentials)
            case Criterion.BACKGROUND:
                return background != type(background)() or any(self.profile.subjects.known(s) for s in Subject)
            case Criterion.COST:
                return practical.budget_cents is not None
            case Criterion.DURATION:
                return practical.months_max is not None
            case Criterion.SCHEDULE:
                return practical.pace is not None or practical.hours_per_week is not None
            case Criterion.PLACE:
                return bool(practical.modalities) or self.abroad or self.state is not None or self.position is not None
            case Criterion.START:
                return practical.start_within_months is not None
            case Criterion.OUTCOMES:
                return self.occupation is not None
            case Criterion.INTERESTS:
                return goal.words is not None or bool(goal.interests)

    @cached_property
    def vague(self) -> bool:
        """Whether the student named no interest, and used no words for what they want that mean a topic we know."""
        goal = self.profile.goal
        return not goal.interests and not mentions(goal.words or "")[0]

    @cached_property
    def spoke(self) -> bool:
        """Whether anything was said that counts towards the score."""
        return any(self._weight(c) > 0 and self.spoke_of(c) for c in Criterion)

    @cached_property
    def mute(self) -> bool:
        """Whether nothing counts at all, not even what counts unasked."""
        return not any(self._weighs(c) for c in Criterion)

    @cached_property
    def shares(self) -> Mapping[Criterion, float]:
        """The share of each criterion in the score. Where nothing counts, all that is not ignored does, unknown."""
        weights = {c: weight for c in Criterion if (weight := self._weighs(c)) > 0}
        weights = weights or {c: weight for c in Criterion if (weight := self._weight(c)) > 0}
        weights = weights or dict.fromkeys(Criterion, 1.0)
        total = sum(weights.values())
        return MappingProxyType({c: weight / total for c, weight in weights.items()})

    def _weighs(self, criterion: Criterion) -> float:
        if not self.spoke_of(criterion):
            return self._weight(criterion) * self.weights.unasked.get(criterion, 0.0)
        vague = criterion is Criterion.INTERESTS and self.vague
        return self._weight(criterion) * (self.weights.vague if vague else 1.0)

    def _weight(self, criterion: Criterion) -> float:
        return self.weights.of(criterion, self.profile.priorities)


def least_price(profile: Profile, listing: Listing) -> int | None:
    """The least that a program costs somebody with this profile, in cents; None where no price is published.

    A hard limit on the price is held against it. It hangs on no weight.
    """
    span = Student(profile, DEFAULT_WEIGHTS).price_span(listing)
    return None if span is None else span[0]
