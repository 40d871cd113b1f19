"""The figures by which partners are compared, and the bars that each is held against.

The bars are ours and are shown beside the figures. Below a least sample nothing is judged: three leads say nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Figure(StrEnum):
    """What is counted; each has a page with the rows that it counts."""

    DELIVERED = "delivered"
    ANSWERED = "answered"
    REFUSED = "refused"
    REACHED = "reached"
    STUDENT_SAYS = "student_says"
    COMPLAINED = "complained"
    RETURNED = "returned"


FIGURE_WORDS: Final[Mapping[Figure, str]] = MappingProxyType(
    {
        Figure.DELIVERED: "Delivered leads",
        Figure.ANSWERED: "Leads that the partner answered",
        Figure.REFUSED: "Leads that it refused or knew before",
        Figure.REACHED: "Leads of whom it, or the student, says that they were contacted",
        Figure.STUDENT_SAYS: "Leads whose student says whether they were contacted",
        Figure.COMPLAINED: "Leads whose student complained",
        Figure.RETURNED: "Leads that were returned",
    }
)


class Mark(StrEnum):
    """How a figure compares with its bars."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    FEW = "few"


MARK_WORDS: Final[Mapping[Mark, str]] = MappingProxyType(
    {Mark.GOOD: "Good", Mark.FAIR: "Fair", Mark.POOR: "Poor", Mark.FEW: "Too few to say"}
)


@dataclass(frozen=True, slots=True)
class Bar:
    """From where on a figure is good, from where on poor, and how many it takes to say so, in `unit`."""

    good: float
    poor: float
    least: int
    unit: str

    @property
    def more_is_better(self) -> bool:
        return self.good > self.poor

    def mark(self, value: float | None, sample: int) -> Mark:
        """Where `value` stands, of `sample` leads or seeds."""
        if value is None or sample < self.least:
            return Mark.FEW
        way = 1 if self.more_is_better else -1
        if way * (value - self.good) >= 0:
            return Mark.GOOD
        return Mark.POOR if way * (value - self.poor) < 0 else Mark.FAIR

    @property
    def words(self) -> str:
        """The bars, as a sentence."""
        good, poor = f"{self.good:g}{self.unit}", f"{self.poor:g}{self.unit}"
        if self.more_is_better:
            return f"Good from {good}, poor below {poor}; judged from {self.least} on."
        return f"Good up to {good}, poor above {poor}; judged from {self.least} on."


BARS: Final[Mapping[str, Bar]] = MappingProxyType(
    {
        "acceptance": Bar(good=95, poor=80, least=20, unit="%"),
        "reached": Bar(good=80, poor=50, least=20, unit="%"),
        "first_contact": Bar(good=4, poor=48, least=3, unit=" hours"),
        "contacts": Bar(good=3, poor=6, least=3, unit=" contacts"),
        "complaints": Bar(good=1, poor=5, least=20, unit="%"),
        "returns": Bar(good=5, poor=15, least=20, unit="%"),
    }
)
"""Acceptance, reachability, complaints and returns are shares of leads; first contact and contacts are of seeds."""
