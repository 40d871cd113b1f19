"""What a chart shows, before it is drawn by `macros/chart.html`: no shape here knows of SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_HALVES: Final = (10, 15, 20, 25, 30, 40, 50, 60, 80)


@dataclass(frozen=True, slots=True)
class Part:
    """What is stacked, or drawn as one line: its words and its colour."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar across the page. `share` and `mark` are of the longest there could be, 0 to 1; `told` is its figure."""

    label: str
    share: float
    told: str
    tone: str = "goal"
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars, one below the other. `mark_words` says what a mark means, where there is any."""

    summary: str
    bars: Sequence[Bar]
    mark_words: str = ""
    kind: str = "bars"


@dataclass(frozen=True, slots=True)
class Stacks:
    """Columns: `labels` beneath, and for each as many counts as there are parts, from below.

    Names have no room beneath a column as times do: where it is `numbered` their numbers stand there, as in the table.
    """

    summary: str
    labels: Sequence[str]
    parts: Sequence[Part]
    columns: Sequence[Sequence[int]]
    numbered: bool = False
    kind: str = "stacks"

    @property
    def most(self) -> int:
        """The top of the axis."""
        return nice_top(max((sum(column) for column in self.columns), default=0))

    def stacked(self, column: Sequence[int]) -> list[tuple[Part, int]]:
        """The parts of one column that there are any of, from below."""
        return [(part, count) for part, count in zip(self.parts, column, strict=True) if count]


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across a chart that something should stay below; `tone` is warm or error."""

    label: str
    value: float
    tone: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over time, None where there is nothing to show. `ticks` are what stands at the axis, as (words, value)."""

    summary: str
    labels: Sequence[str]
    parts: Sequence[Part]
    series: Sequence[Sequence[float | None]]
    most: float
    ticks: Sequence[tuple[str, float]]
    limits: Sequence[Limit] = ()
    kind: str = "lines"

    def runs(self, series: Sequence[float | None]) -> list[list[tuple[float, float]]]:
        """The points of one line on a field of 1000 by 200, in unbroken runs."""
        step, found, run = 1000 / max(len(series), 1), list[list[tuple[float, float]]](), list[tuple[float, float]]()
        for place, value in enumerate(series):
            if value is None:
                found, run = ([*found, run] if run else found), []
            else:
                run.append((round((place + 0.5) * step, 2), round(200 * (1 - min(value / self.most, 1)), 2)))
        return [*found, run] if run else found


@dataclass(frozen=True, slots=True)
class Pareto:
    """Causes by weight, with the share that they and all before them make up: `items` are (label, count, running)."""

    summary: str
    items: Sequence[tuple[str, int, float]]
    kind: str = "pareto"

    @property
    def most(self) -> int:
        """The top of the axis: all there is, so that columns and line share a scale."""
        return max(sum(count for _, count, _ in self.items), 1)


Chart = Bars | Stacks | Lines | Pareto


def nice_top(most: float) -> int:
    """The top of an axis: the next of 2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 50 … that holds `most`; its half is whole."""
    step = 1
    while True:
        for tens in _HALVES:
            half, rest = divmod(tens * step, 10)
            if rest == 0 and half * 2 >= most:
                return half * 2
        step *= 10
