"""Hours and pace in words, and hours as people write them: "9-12, 13:00-17:30"."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from webapp.domain.label import counted
from webapp.domain.schedule import MINUTES_OF_DAY, WEEKDAYS, Pace, Schedule, Span

ALL_DAY: Final = "all day"
_SPAN = re.compile(r"(.+?)\s*(?:-|–|—|to|until)\s*(.+)")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?")


def parse_hours(text: str) -> tuple[Span, ...]:
    """The hours of one day; none for an empty text. Raises `ValueError` for what cannot be read."""
    told = text.strip().lower()
    if not told or told in ("closed", "-", "–"):
        return ()
    if told == ALL_DAY:
        return (Span(0, MINUTES_OF_DAY),)
    return tuple(_span(part) for part in re.split(r"[,;]|\band\b", told) if part.strip())


def hours_text(spans: Iterable[Span]) -> str:
    """Hours as `parse_hours` reads them; an empty text for none."""
    told = sorted(spans, key=lambda span: span.opens)
    if told == [Span(0, MINUTES_OF_DAY)]:
        return ALL_DAY
    return ", ".join(f"{_clock(span.opens)}–{_clock(span.closes)}" for span in told)


def week_words(schedule: Schedule) -> tuple[tuple[str, str], ...]:
    """Each weekday with its hours; none at all where leads are taken at any time."""
    if not schedule.hours:
        return ()
    return tuple((day, hours_text(schedule.hours.get(number, ())) or "closed") for number, day in enumerate(WEEKDAYS))


def hours_words(schedule: Schedule) -> str:
    """The hours on one line: "Monday to Friday 09:00–17:00"."""
    told = week_words(schedule)
    if not told:
        return "at any time"
    runs: list[tuple[str, str, str]] = []
    for day, hours in told:
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    parts = [f"{_run(first, last)} {hours}" for first, last, hours in runs if hours != "closed"]
    return "; ".join(parts) or "never"


def pace_words(pace: Pace | None) -> str:
    """ "at most 5 leads in each 30 minutes"; what no pace means, where there is none."""
    if pace is None:
        return "as they come, within the caps"
    if pace.minutes is None:
        return f"at most {counted(pace.most, 'lead')} a day, spread evenly over the open hours"
    hours, rest = divmod(pace.minutes, 60)
    interval = ("hour" if hours == 1 else counted(hours, "hour")) if not rest else counted(pace.minutes, "minute")
    return f"at most {counted(pace.most, 'lead')} in each {interval}"


def schedule_state(schedule: Schedule | None, about: str) -> dict[str, str]:
    """What the trail keeps of a schedule before and after a change. `about`: the group it is for, if it is one's."""
    if schedule is None:
        return {}
    days = sorted(schedule.holidays)
    return {
        "for": f"programs of “{about}”" if about else "all leads",
        "hours": hours_words(schedule),
        "pace": pace_words(schedule.pace),
        **({"closed_on": ", ".join(day.isoformat() for day in days)} if days else {}),
    }


def parse_days(text: str) -> frozenset[date]:
    """Days, one on a line or between commas, each as year-month-day. Raises `ValueError` naming what is none."""
    found = set()
    for part in re.split(r"[\s,;]+", text.strip()):
        if not part:
            continue
        try:
            found.add(date.fromisoformat(part))
        except ValueError as error:
            raise ValueError(part) from error
    return frozenset(found)


def by_weekday(texts: Mapping[int, str]) -> dict[int, tuple[Span, ...]]:
    """The week of a form; a day without hours is closed and is left out."""
    read = {day: parse_hours(text) for day, text in texts.items()}
    return {day: spans for day, spans in read.items() if spans}


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(text.strip())
    closes = _minute(found[2], text)
    # Midnight as an end is the end of this day.
    return Span(_minute(found[1], text), closes or MINUTES_OF_DAY)


def _minute(text: str, whole: str) -> int:
    if text.strip() in ("noon", "midnight"):
        return 12 * 60 if text.strip() == "noon" else 0
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(whole.strip())
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if half and not 1 <= hour <= 12:
        raise ValueError(whole.strip())
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour * 60 + minute > MINUTES_OF_DAY or minute > 59:
        raise ValueError(whole.strip())
    return hour * 60 + minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _run(first: str, last: str) -> str:
    if first == last:
        return first
    return "every day" if (first, last) == (WEEKDAYS[0], WEEKDAYS[-1]) else f"{first} to {last}"
