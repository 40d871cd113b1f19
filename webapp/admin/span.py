"""The span of days that a dashboard is about, as its form asks for it. Days are of UTC, and both ends are included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flask import request

RANGES: Final = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days", "365": "Last 12 months"}
BETWEEN: Final = "between"
DEFAULT: Final = "30"
MOST_DAYS: Final = 1100
_DAILY, _WEEKLY = 31, 120


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`. `chosen` is the range of the form; `problem` says why it is not what was asked for."""

    first: date
    last: date
    chosen: str
    problem: str = ""

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The end of the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=UTC)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def pieces(self) -> list[tuple[str, date, date]]:
        """Days, weeks from Monday or months, whatever a chart can show: each its words, its first and its last day."""
        return list(_pieces(self))

    @property
    def unit(self) -> str:
        """What the pieces are."""
        return "day" if self.days <= _DAILY else "week" if self.days <= _WEEKLY else "month"

    def asked(self) -> dict[str, Any]:
        """What an address says to ask for this span again."""
        if self.chosen != BETWEEN:
            return {"range": self.chosen}
        return {"range": BETWEEN, "from": self.first.isoformat(), "to": self.last.isoformat()}


def span_asked_for(now: datetime) -> Span:
    """The span in the address; the last thirty days where it names none. What makes no sense is told, never guessed."""
    today, chosen = now.astimezone(UTC).date(), request.args.get("range", DEFAULT)
    if chosen in RANGES:
        return _last(today, chosen)
    if chosen != BETWEEN:
        return _last(today, DEFAULT, "There is no such range, so this is the last 30 days.")
    try:
        first, last = (date.fromisoformat(request.args.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return _last(today, DEFAULT, "Give both days, the first and the last. This is the last 30 days.")
    if first > last:
        return _last(today, DEFAULT, "The first day is after the last one. This is the last 30 days.")
    if first > today:
        return _last(today, DEFAULT, "These days are still to come. This is the last 30 days.")
    last = min(last, today)
    if (last - first).days >= MOST_DAYS:
        cut = last - timedelta(days=MOST_DAYS - 1)
        return Span(cut, last, BETWEEN, "That is more than three years: this begins later than you asked for.")
    return Span(first, last, BETWEEN)


def _last(today: date, chosen: str, problem: str = "") -> Span:
    return Span(today - timedelta(days=int(chosen) - 1), today, chosen, problem)


def _pieces(span: Span) -> Iterator[tuple[str, date, date]]:
    first = span.first
    while first <= span.last:
        match span.unit:
            case "day":
                last = first
            case "week":
                last = first + timedelta(days=6 - first.weekday())
            case _:
                last = (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        last = min(last, span.last)
        yield (f"{first:%b %Y}" if span.unit == "month" else f"{first:%b} {first.day}"), first, last
        first = last + timedelta(days=1)
