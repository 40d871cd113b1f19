"""How a student may be contacted: at which hours and days, in which language, and how often."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from webapp.domain.label import counted, listed
from webapp.domain.partner import ContactChannel
from webapp.domain.time_zone import time_zone_label

USUAL_ATTEMPTS = 3
"""How often a school may try where the student does not say."""
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "es": "Spanish",
    "ar": "Arabic",
    "zh": "Chinese",
    "fr": "French",
    "hi": "Hindi",
    "ko": "Korean",
    "pt": "Portuguese",
    "vi": "Vietnamese",
}
"""BCP 47 codes and their names."""
CHANNEL_WORDS: Mapping[ContactChannel, str] = {
    ContactChannel.EMAIL: "by e-mail",
    ContactChannel.PHONE: "by phone call",
    ContactChannel.TEXT: "by text message",
}
_CALLS: Mapping[ContactChannel, str] = {ContactChannel.PHONE: "calls", ContactChannel.TEXT: "text messages"}


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class PartOfDay(StrEnum):
    """Together they make the hours in which US law lets strangers call, 8 AM to 9 PM (47 CFR 64.1200(c)(1))."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


WEEKDAYS = (Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI)
_HOURS: Mapping[PartOfDay, tuple[int, int]] = {
    PartOfDay.MORNING: (8, 12),
    PartOfDay.AFTERNOON: (12, 17),
    PartOfDay.EVENING: (17, 21),
}
_DAY_NAMES: Mapping[Day, str] = {
    Day.MON: "Mondays",
    Day.TUE: "Tuesdays",
    Day.WED: "Wednesdays",
    Day.THU: "Thursdays",
    Day.FRI: "Fridays",
    Day.SAT: "Saturdays",
    Day.SUN: "Sundays",
}


@dataclass(frozen=True, slots=True)
class ContactHours:
    """When calls and text messages may come. `spans` are whole hours from..to of the student's own day, in order."""

    days: tuple[Day, ...]
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, days: Collection[Day], parts: Collection[PartOfDay]) -> "ContactHours":
        """The hours of some days and parts of the day; none of either means all of them."""
        spans: list[tuple[int, int]] = []
        for part in PartOfDay:
            start, end = _HOURS[part]
            if parts and part not in parts:
                continue
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, end))
        return cls(tuple(day for day in Day if not days or day in days), tuple(spans))

    def to_json(self) -> dict[str, Any]:
        """As it is stored and sent."""
        times = [{"from": f"{start:02}:00", "to": f"{end:02}:00"} for start, end in self.spans]
        return {"days": [day.value for day in self.days], "times": times}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "ContactHours":
        """The inverse of `to_json`."""
        spans = tuple((int(span["from"][:2]), int(span["to"][:2])) for span in told["times"])
        return cls(tuple(Day(day) for day in told["days"]), spans)

    def words(self) -> str:
        """`on Mondays to Fridays between 8 AM and 5 PM`."""
        times = listed([f"{_clock(start)} and {_clock(end)}" for start, end in self.spans], "or between")
        return f"{_days(self.days)} between {times}"


@dataclass(frozen=True, slots=True)
class ContactPreferences:
    """What binds whoever contacts the student, beside the channels.

    `hours` are set only where calls or text messages are allowed. `max_attempts` None: the student set no limit.
    """

    hours: ContactHours | None = None
    time_zone: str | None = None
    language: str = "en"
    max_attempts: int | None = USUAL_ATTEMPTS

    def to_json(self) -> dict[str, Any]:
        """As it is stored and sent. Keys come in the order of the interface."""
        return {
            "hours": self.hours.to_json() if self.hours else None,
            "time_zone": self.time_zone,
            "language": self.language,
            "max_attempts": self.max_attempts,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "ContactPreferences":
        """The inverse of `to_json`; a missing key takes what held before students could say it."""
        hours = told.get("hours")
        return cls(
            hours=ContactHours.from_json(hours) if hours else None,
            time_zone=told.get("time_zone"),
            language=told.get("language", "en"),
            max_attempts=told.get("max_attempts", USUAL_ATTEMPTS),
        )

    def within(self, channels: Collection[ContactChannel]) -> "ContactPreferences":
        """These preferences where only `channels` are allowed: hours are for calls and text messages."""
        if any(channel.needs_phone for channel in channels):
            return self
        return replace(self, hours=None)

    def limits(self, channels: Collection[ContactChannel], who: str = "I") -> list[str]:
        """Each limit as a phrase that goes on after "may contact me", in order; `who` is the student."""
        found = []
        if self.hours is not None:
            calls = listed([words for channel, words in _CALLS.items() if channel in channels] or ["calls"])
            zone = f", {time_zone_label(self.time_zone)}" if self.time_zone else ""
            found.append(f"with {calls} only {self.hours.words()}{zone}")
        found.append(f"in {LANGUAGES.get(self.language, self.language)}")
        if self.max_attempts is not None:
            found.append(f"at most {counted(self.max_attempts, 'time')} unless {who} answer")
        return found


def ways(channels: Collection[ContactChannel], last: str = "and") -> str:
    """The channels in words, always in the same order."""
    return listed([words for channel, words in CHANNEL_WORDS.items() if channel in channels], last)


def _clock(hour: int) -> str:
    return f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"


def _days(days: Sequence[Day]) -> str:
    if len(days) == len(Day):
        return "on any day"
    names = [_DAY_NAMES[day] for day in days if day not in WEEKDAYS]
    weekdays = [day for day in days if day in WEEKDAYS]
    if len(weekdays) == len(WEEKDAYS):
        names.insert(0, "Mondays to Fridays")
    else:
        names[:0] = [_DAY_NAMES[day] for day in weekdays]
    return f"on {listed(names)}"
