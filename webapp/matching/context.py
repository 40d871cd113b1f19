"""One question to the engine: a student, a catalogue and a month, with what is worked out on the way kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from webapp.domain.profile import Criterion
from webapp.domain.topic import mentions
from webapp.domain.word import stem
from webapp.matching.arrays import Floats
from webapp.matching.assessment import Assessment
from webapp.matching.catalog import Catalog
from webapp.matching.matters import NUMBERS
from webapp.matching.memory import Memory
from webapp.matching.places import Places
from webapp.matching.prices import Prices
from webapp.matching.rules import Eligibility
from webapp.matching.starts import months_until
from webapp.matching.student import Student
from webapp.matching.text import telling

ASIDE = 0.6
"""What words are worth that the student did not name as an interest but used to describe what they want."""
BESIDE_A_TOPIC = 0.3
"""What a word is worth that stands beside a topic in the same phrase."""
FULL_TERMS = 3
"""The wishes, the weightiest, that make up a full match."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Words of the student that mean one thing the catalogue knows: a topic of the table, or else a word of the index.

    `number` is that of the topic or of the term, `path` the answer the words stand in, `weight` what is rare in the
    catalogue and asked for outright weighs more of.
    """

    number: int
    words: tuple[str, ...]
    path: str
    weight: float
    topical: bool


@dataclass(frozen=True)
class Context:
    """What every criterion and every explanation reads. `today` decides only start dates and the age of facts."""

    student: Student
    catalog: Catalog
    today: date

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What a criterion works out once for all rows and needs again for the few that are shown."""
        return {}

    @cached_property
    def memory(self) -> Memory:
        """What was worked out for a program that is shown and holds for others that say the same."""
        return Memory()

    @cached_property
    def judged(self) -> dict[Criterion, Assessment]:
        """The assessment of each criterion for the codes of its facet, as far as they were judged."""
        return {}

    @cached_property
    def places(self) -> Places:
        """Distances and reach."""
        return Places(self.student, self.catalog)

    @cached_property
    def prices(self) -> Prices:
        """What each program costs this student."""
        return Prices(self.student, self.catalog)

    @cached_property
    def eligibility(self) -> Eligibility:
        """The rules on entry and the verdicts."""
        return Eligibility(self.student, self.catalog)

    @cached_property
    def wishes(self) -> tuple[Wish, ...]:
        """What the student asks for in their own words, each thing once, interests first."""
        goal = self.student.profile.goal
        found: dict[tuple[bool, int], Wish] = {}
        for path, phrases in (("goal.interests", goal.interests), ("goal.words", (goal.words or "",))):
            for wish in (wish for phrase in phrases for wish in self._wishes_in(phrase, path)):
                found.setdefault((wish.topical, wish.number), wish)
        return tuple(found.values())

    def _wishes_in(self, phrase: str, path: str) -> Iterator[Wish]:
        """Topics first; the words beside them are worth less, and least where they only stand in a sentence."""
        catalog = self.catalog
        topical, rest = mentions(phrase)
        share = ASIDE if path == "goal.words" else 1.0
        for mention in topical:
            number = NUMBERS[mention.topic]
            if catalog.matters.taught[number]:
                rarity = float(catalog.matters.rarity[number])
                yield Wish(number, mention.words, path, share * rarity, topical=True)
        for word in telling(rest):
            term = catalog.text.vocabulary.get(stem(word))
            if term is not None:
                beside = share * (BESIDE_A_TOPIC if topical else 1.0)
                yield Wish(term, (word,), path, beside * float(catalog.text.rarity[term]), topical=False)

    @cached_property
    def topical(self) -> bool:
        """Whether any of it means a topic of the table."""
        return any(wish.topical for wish in self.wishes)

    @cached_property
    def full_match(self) -> float:
        """The weight of the wishes that make up full value."""
        return sum(sorted(wish.weight for wish in self.wishes)[-FULL_TERMS:])

    @cached_property
    def month(self) -> tuple[int, int]:
        """The year and month the student asks in."""
        return self.today.year, self.today.month

    @cached_property
    def months_to_start(self) -> Floats:
        """Months to the next start of each distinct set of terms."""
        return months_until(self.catalog.start_sets, self.month)
