"""One question to the engine: a student, a catalogue and a month, with what is worked out on the way kept."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Floats
from webapp.matching.catalog import Catalog
from webapp.matching.places import Places
from webapp.matching.rules import Eligibility
from webapp.matching.starts import months_until
from webapp.matching.student import Student
from webapp.matching.text import stem, words_of


@dataclass(frozen=True, slots=True)
class Wish:
    """A word of the student that the catalogue knows: its term in the index, the word, the answer it stands in."""

    term: int
    word: str
    path: str


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
    def points(self) -> dict[Criterion, Floats]:
        """The point values of each criterion for the codes of its facet, as far as they were asked for."""
        return {}

    @cached_property
    def places(self) -> Places:
        """Distances and reach."""
        return Places(self.student, self.catalog)

    @cached_property
    def eligibility(self) -> Eligibility:
        """The rules on entry and the verdicts."""
        return Eligibility(self.student, self.catalog)

    @cached_property
    def wishes(self) -> tuple[Wish, ...]:
        """The student's own words that the catalogue knows, each once, interests first."""
        goal, vocabulary = self.student.profile.goal, self.catalog.text.vocabulary
        found: dict[int, Wish] = {}
        for path, phrases in (("goal.interests", goal.interests), ("goal.words", (goal.words or "",))):
            for word in (word for phrase in phrases for word in words_of(phrase)):
                term = vocabulary.get(stem(word))
                if term is not None:
                    found.setdefault(term, Wish(term, word, path))
        return tuple(found.values())

    @cached_property
    def shared(self) -> dict[int, list[tuple[str, str, str]]]:
        """The student's words that texts of the catalogue share, as far as they were asked for."""
        return {}

    @cached_property
    def month(self) -> tuple[int, int]:
        """The year and month the student asks in."""
        return self.today.year, self.today.month

    @cached_property
    def months_to_start(self) -> Floats:
        """Months to the next start of each distinct set of terms."""
        return months_until(self.catalog.start_sets, self.month)
