"""Schedules: the days and hours in which a partner takes leads, and how many at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from webapp.domain.errors import Problem, Refused

MINUTES_OF_DAY: Final = 24 * 60
DAYS_AHEAD: Final = 400
"""How far ahead an open hour is looked for: more than a year of holidays leaves none."""
MOST_HOLIDAYS: Final = 366
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of a local day, `opens <= minute < closes`; 0 is midnight, 1440 the next one."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `most` leads in each `minutes`, counted from local midnight; or, without minutes, `most` in a day spread
    evenly over its open hours."""

    most: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When leads are taken, in the partner's own time zone. No hours at all means always.

    `hours` is by weekday, 0 for Monday; a weekday without an entry is closed.
    """

    hours: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    pace: Pace | None = None

    def spans(self, day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """The open times of a local day, in UTC. A day that the clocks make longer or shorter is open as long."""
        if day in self.holidays:
            return []
        spans = self.hours.get(day.weekday(), ()) if self.hours else (Span(0, MINUTES_OF_DAY),)
        found = ((_at(day, span.opens, zone), _at(day, span.closes, zone)) for span in spans)
        return [(opens, closes) for opens, closes in found if opens < closes]

    def next_open(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """`moment` itself when it is open, else the next opening; None when there is none for more than a year."""
        first = moment.astimezone(zone).date()
        for ahead in range(-1, DAYS_AHEAD):
            for opens, closes in self.spans(first + timedelta(days=ahead), zone):
                if moment < closes:
                    return max(opens, moment.astimezone(UTC))
        return None

    def slot(self, moment: datetime, zone: ZoneInfo) -> "Slot | None":
        """The slot of the pace that an open `moment` falls in; None without a pace."""
        if self.pace is None:
            return None
        day = moment.astimezone(zone).date()
        start = _at(day, 0, zone)
        if self.pace.minutes is not None:
            length = timedelta(minutes=self.pace.minutes)
            at = start + (moment - start) // length * length
            return Slot(at, self.pace.most, at + length)
        return self._spread(self.pace.most, moment, day, start, zone)

    def _spread(self, most: int, moment: datetime, day: date, start: datetime, zone: ZoneInfo) -> "Slot":
        spans = self.spans(day, zone)
        whole = sum((closes - opens for opens, closes in spans), timedelta())
        passed = sum((min(closes, moment) - opens for opens, closes in spans if opens < moment), timedelta())
        share = whole / most
        allowed = min(most, passed // share + 1) if share else most
        if allowed == most:
            return Slot(start, allowed, _at(day + timedelta(days=1), 0, zone))
        return Slot(start, allowed, _after(spans, share * allowed))

    def to_json(self) -> dict[str, Any]:
        """The schedule as it is stored."""
        return {
            "hours": {str(day): [[span.opens, span.closes] for span in spans] for day, spans in self.hours.items()},
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "pace": [self.pace.most, self.pace.minutes] if self.pace else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """A schedule that was stored."""
        pace = stored.get("pace")
        return cls(
            hours={int(day): tuple(Span(*span) for span in spans) for day, spans in stored.get("hours", {}).items()},
            holidays=frozenset(date.fromisoformat(day) for day in stored.get("holidays", ())),
            pace=Pace(*pace) if pace else None,
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the pace: the counter that starts `at` takes `limit` leads until `until`, when there are more."""

    at: datetime
    limit: int
    until: datetime


def check_schedule(schedule: Schedule) -> None:
    """Refused, with everything that is wrong, where a schedule cannot be meant."""
    problems = tuple(_problems(schedule))
    if problems:
        raise Refused(*problems)


def _problems(schedule: Schedule) -> Iterator[Problem]:
    for day, spans in schedule.hours.items():
        if not 0 <= day <= 6:
            yield Problem("hours", "A week has seven days.")
            continue
        ordered = sorted(spans, key=lambda span: span.opens)
        if any(not 0 <= span.opens < span.closes <= MINUTES_OF_DAY for span in spans):
            yield Problem("hours", f"{WEEKDAYS[day]}: hours must open before they close, within one day.")
        elif any(one.closes > other.opens for one, other in pairwise(ordered)):
            yield Problem("hours", f"{WEEKDAYS[day]}: hours overlap.", "Join them into one.")
    if schedule.hours and not any(schedule.hours.values()):
        yield Problem("hours", "It is never open, so every lead would wait until its time runs out.", "Pause instead.")
    if len(schedule.holidays) > MOST_HOLIDAYS:
        yield Problem("holidays", f"At most {MOST_HOLIDAYS} days are taken.")
    pace = schedule.pace
    if pace is not None and not 1 <= pace.most <= 100_000:
        yield Problem("pace", "Name a number of leads between 1 and 100,000.")
    if pace is not None and pace.minutes is not None and not 1 <= pace.minutes <= MINUTES_OF_DAY:
        yield Problem("pace", "An interval is between 1 minute and a day.")


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A local time in UTC; the first moment after it where the clocks skip it."""
    if minute == MINUTES_OF_DAY:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60))
    while True:
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += timedelta(minutes=1)


def _after(spans: Sequence[tuple[datetime, datetime]], open_time: timedelta) -> datetime:
    """When so much open time of a day has passed."""
    left = open_time
    for opens, closes in spans:
        if left < closes - opens:
            return opens + left
        left -= closes - opens
    return spans[-1][1]
