"""What the engine may know of a student: the profile, read from and written to JSON.

Nothing here can hold a name, an address, a phone number, a partner or a price per lead: such keys are refused by name,
and free text that holds an e-mail address is refused too. A missing answer means "unknown" and stays missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.domain.geography import STATES
from webapp.domain.profile_reader import ProfileError, Reader, shown
from webapp.domain.subject import Subject, SubjectLevel

WORDS_LIMIT = 500
INTERESTS_LIMIT = 20
INTEREST_LIMIT = 80


class Criterion(StrEnum):
    """What a program is judged on."""

    GOAL = "goal"
    BACKGROUND = "background"
    COST = "cost"
    DURATION = "duration"
    SCHEDULE = "schedule"
    PLACE = "place"
    START = "start"
    OUTCOMES = "outcomes"
    INTERESTS = "interests"


class Priority(StrEnum):
    """How much a criterion matters to the student."""

    MUST = "must"
    IMPORTANT = "important"
    NICE = "nice"
    IGNORE = "ignore"


class Modality(StrEnum):
    """How teaching reaches the student."""

    ONLINE = "online"
    HYBRID = "hybrid"
    ON_CAMPUS = "on_campus"


class Pace(StrEnum):
    """Full-time or part-time study."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Where the student wants to go. `occupation` is a SOC code; lists are empty where nothing was said."""

    occupation: str | None = None
    words: str | None = None
    credentials: tuple[Credential, ...] = ()
    interests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What the student brings. `field` is a two-digit CIP family, `gpa` on the 0 to 4 scale."""

    education: Education | None = None
    field: str | None = None
    gpa: float | None = None
    work_years: float | None = None
    english: EnglishLevel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """How well the student knows each subject; None where not asked, `unknown` where they do not know."""

    programming: SubjectLevel | None = None
    statistics: SubjectLevel | None = None
    calculus: SubjectLevel | None = None
    linear_algebra: SubjectLevel | None = None
    databases: SubjectLevel | None = None
    machine_learning: SubjectLevel | None = None

    def known(self, subject: Subject) -> SubjectLevel | None:
        """The level the student stated, or None where it is missing or `unknown`."""
        level: SubjectLevel | None = getattr(self, subject.value)
        return None if level is SubjectLevel.UNKNOWN else level


@dataclass(frozen=True, slots=True, kw_only=True)
class Practical:
    """The limits of the student's life. `budget_cents` is the whole program's tuition they can pay, in US cents."""

    modalities: tuple[Modality, ...] = ()
    country: str | None = None
    state: str | None = None
    postal_code: str | None = None
    radius_km: float | None = None
    pace: Pace | None = None
    hours_per_week: float | None = None
    start_within_months: float | None = None
    budget_cents: int | None = None
    months_max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priorities:
    """How much each criterion matters; None where the student did not say."""

    goal: Priority | None = None
    background: Priority | None = None
    cost: Priority | None = None
    duration: Priority | None = None
    schedule: Priority | None = None
    place: Priority | None = None
    start: Priority | None = None
    outcomes: Priority | None = None
    interests: Priority | None = None

    def of(self, criterion: Criterion) -> Priority | None:
        """The priority stated for a criterion, or None."""
        value: Priority | None = getattr(self, criterion.value)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All the engine may know of a student."""

    goal: Goal = field(default_factory=Goal)
    background: Background = field(default_factory=Background)
    subjects: Subjects = field(default_factory=Subjects)
    practical: Practical = field(default_factory=Practical)
    priorities: Priorities = field(default_factory=Priorities)

    @classmethod
    def from_json(cls, obj: object) -> "Profile":
        """Read the JSON object of the profile interface; raise ProfileError with every problem found."""
        reader = Reader()
        sections = reader.mapping("profile", obj, tuple(_SECTIONS))
        parsed: dict[str, Any] = {}
        for name, (kind, parsers) in _SECTIONS.items():
            given = reader.mapping(name, sections.get(name, {}), tuple(parsers))
            values: dict[str, Any] = {}
            for key, value in given.items():
                if key in parsers:
                    values[_ATTRIBUTES.get(key, key)] = parsers[key](reader, f"{name}.{key}", value)
            parsed[name] = kind(**{key: value for key, value in values.items() if value is not None})
        profile = cls(**parsed)
        _check_place(reader, profile.practical)
        if reader.problems:
            raise ProfileError(reader.problems)
        return profile

    def to_json(self) -> dict[str, dict[str, Any]]:
        """The JSON object again; what was missing stays missing, so that reading it gives an equal profile."""
        result: dict[str, dict[str, Any]] = {}
        for path, value in self.stated().items():
            section, key = path.split(".")
            result.setdefault(section, {})[key] = value
        return result

    def stated(self) -> dict[str, Any]:
        """Every answer given, by its path (`practical.budget_usd`), as it stands in the JSON."""
        found = {}
        for section, answers in _PATHS.items():
            part = getattr(self, section)
            for attribute, path in answers:
                value = getattr(part, attribute)
                if value is not None and value != ():
                    found[path] = plain_dollars(value) if attribute == "budget_cents" else _plain(value)
        return found


_ATTRIBUTES = {"budget_usd": "budget_cents"}


def _plain(value: object) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def plain_dollars(cents: int) -> int | float:
    """Cents as a JSON number of dollars: whole where it is whole."""
    return cents // 100 if cents % 100 == 0 else cents / 100


_SOC = re.compile(r"[0-9]{2}-[0-9]{4}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_POSTAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,10}")
ZIP_CODE = re.compile(r"[0-9]{5}(-[0-9]{4})?")
_Parser = Callable[[Reader, str, object], object]


def _choice(kind: type[StrEnum]) -> _Parser:
    return lambda reader, path, value: reader.choice(path, value, kind)


def _choices(kind: type[StrEnum]) -> _Parser:
    def parse(reader: Reader, path: str, value: object) -> object:
        items = reader.sequence(path, value, len(kind))
        found = [reader.choice(f"{path}[{index}]", item, kind) for index, item in enumerate(items)]
        return tuple(item for item in found if item is not None)

    return parse


def _number(low: float, high: float) -> _Parser:
    return lambda reader, path, value: reader.number(path, value, low, high)


def _pattern(shape: re.Pattern[str], remedy: str) -> _Parser:
    return lambda reader, path, value: reader.pattern(path, value, shape, remedy)


def _words(reader: Reader, path: str, value: object) -> object:
    return reader.text(path, value, WORDS_LIMIT)


def _interests(reader: Reader, path: str, value: object) -> object:
    items = reader.sequence(path, value, INTERESTS_LIMIT)
    found = [reader.text(f"{path}[{index}]", item, INTEREST_LIMIT) for index, item in enumerate(items)]
    return tuple(item for item in found if item is not None)


def _field(reader: Reader, path: str, value: object) -> object:
    if isinstance(value, str) and value in FIELDS:
        return value
    reader.refuse(path, f"{shown(value)} is not a CIP family", "use two digits, such as 11 or 45", quotes=True)
    return None


def _budget(reader: Reader, path: str, value: object) -> object:
    dollars = reader.number(path, value, 0, 10_000_000)
    if dollars is None:
        return None
    cents = round(dollars * 100)
    if abs(cents - dollars * 100) > 1e-6 * max(1.0, dollars):
        reader.refuse(path, "has fractions of a cent", "write dollars with at most two decimals")
    return cents


def _check_place(reader: Reader, practical: Practical) -> None:
    if practical.country not in (None, "US"):
        return
    if practical.state is not None and practical.state not in STATES:
        reader.refuse("practical.state", f"{practical.state} is not a US state", "use a code such as CA", quotes=True)
    if practical.country == "US" and practical.postal_code and not ZIP_CODE.fullmatch(practical.postal_code):
        reader.refuse("practical.postal_code", "is not a US ZIP code", "write five digits, such as 94110")


_SECTIONS: Mapping[str, tuple[Callable[..., object], Mapping[str, _Parser]]] = {
    "goal": (
        Goal,
        {
            "occupation": _pattern(_SOC, "write a SOC code such as 15-2051"),
            "words": _words,
            "credentials": _choices(Credential),
            "interests": _interests,
        },
    ),
    "background": (
        Background,
        {
            "education": _choice(Education),
            "field": _field,
            "gpa": _number(0, 4),
            "work_years": _number(0, 70),
            "english": _choice(EnglishLevel),
        },
    ),
    "subjects": (Subjects, {subject.value: _choice(SubjectLevel) for subject in Subject}),
    "practical": (
        Practical,
        {
            "modalities": _choices(Modality),
            "country": _pattern(_COUNTRY, "write a two-letter country code such as US"),
            "state": _pattern(_COUNTRY, "write a two-letter state code such as CA"),
            "postal_code": _pattern(_POSTAL, "write a postal code of 2 to 11 letters and digits"),
            "radius_km": _number(1, 20_000),
            "pace": _choice(Pace),
            "hours_per_week": _number(1, 100),
            "start_within_months": _number(0, 120),
            "budget_usd": _budget,
            "months_max": _number(1, 240),
        },
    ),
    "priorities": (Priorities, {criterion.value: _choice(Priority) for criterion in Criterion}),
}

_PATHS: Mapping[str, tuple[tuple[str, str], ...]] = {
    section: tuple((_ATTRIBUTES.get(key, key), f"{section}.{key}") for key in parsers)
    for section, (_, parsers) in _SECTIONS.items()
}
"""Each section's attributes, with the paths of the answers they hold, in the order of the interface."""
