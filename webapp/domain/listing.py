"""A program as published: one row of the listing file, typed, with the source and date of every fact.

Blank means unknown, never zero. `parse_row` and `to_row` are each other's inverse for every valid listing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.domain.geography import STATES
from webapp.domain.profile import Modality, Pace, has_control_character, plain_dollars
from webapp.domain.subject import RANKED_LEVELS, Subject, SubjectLevel

COLUMNS = (
    "program_id",
    "institution",
    "institution_control",
    "title_iv",
    "name",
    "url",
    "credential",
    "cip",
    "modality",
    "pace",
    "city",
    "state",
    "postal_code",
    "country",
    "latitude",
    "longitude",
    "states_authorized",
    "months",
    "hours_per_week",
    "tuition_total_usd",
    "tuition_out_of_state_usd",
    "tuition_basis",
    "start_terms",
    "min_education",
    "accepted_fields",
    "min_gpa",
    "req_programming",
    "req_statistics",
    "req_calculus",
    "req_linear_algebra",
    "req_databases",
    "req_machine_learning",
    "min_work_years",
    "min_english",
    "bridge_for",
    "topics",
    "summary",
    "accreditor",
    "outcome_median_salary_usd",
    "outcome_rate",
    "outcome_sample",
    "outcome_source",
    "outcome_as_of",
    "source",
    "verified_on",
)
"""Every column of the listing file, in the order of its header."""

REQUIRED = ("program_id", "institution", "name", "credential", "cip")
ALL_STATES = "ALL"
ANY_FIELD = "any"
ANY_WITH_PREREQUISITES = "any_with_prerequisites"
TERMS = ("fall", "winter", "spring", "summer", "rolling", "monthly")
TEXT_LIMITS: Mapping[str, int] = {
    "institution": 200,
    "name": 300,
    "city": 100,
    "postal_code": 20,
    "summary": 2000,
    "accreditor": 200,
    "outcome_source": 300,
    "source": 500,
}
TOPICS_LIMIT = 40
TOPIC_LIMIT = 80
LIST_LIMIT = 80
URL_LIMIT = 2000
PROGRAM_ID = re.compile(r"[a-z0-9][a-z0-9._:-]{0,79}")


class Control(StrEnum):
    """Who runs an institution."""

    PUBLIC = "public"
    PRIVATE_NONPROFIT = "private_nonprofit"
    PRIVATE_FOR_PROFIT = "private_for_profit"


class TuitionBasis(StrEnum):
    """What a published tuition figure is a figure of."""

    PROGRAM = "program"
    INSTITUTION_AVERAGE = "institution_average"
    PER_CREDIT = "per_credit"


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact comes from and as of when (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`); None where not known."""

    source: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a listing prepares for: a subject up to a level, or entry to one named program."""

    subject: Subject | None = None
    level: SubjectLevel | None = None
    program_id: str | None = None

    def __str__(self) -> str:
        if self.program_id is not None:
            return f"program:{self.program_id}"
        return f"{self.subject}:{self.level}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one cell: the column, its value, what was wrong, and what would be right."""

    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.column}: {self.problem}; {self.remedy}"


class ListingError(ValueError):
    """A row was refused; `faults` lists every reason, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One program as published. None, or an empty tuple for a list, means unknown. Money is in US cents."""

    program_id: str
    institution: str
    name: str
    credential: Credential
    cip: str
    institution_control: Control | None = None
    title_iv: bool | None = None
    url: str | None = None
    modality: tuple[Modality, ...] = ()
    pace: tuple[Pace, ...] = ()
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    states_authorized: tuple[str, ...] = ()
    months: float | None = None
    hours_per_week: float | None = None
    tuition_total_cents: int | None = None
    tuition_out_of_state_cents: int | None = None
    tuition_basis: TuitionBasis | None = None
    start_terms: tuple[str, ...] = ()
    min_education: Education | None = None
    accepted_fields: tuple[str, ...] = ()
    min_gpa: float | None = None
    req_programming: SubjectLevel | None = None
    req_statistics: SubjectLevel | None = None
    req_calculus: SubjectLevel | None = None
    req_linear_algebra: SubjectLevel | None = None
    req_databases: SubjectLevel | None = None
    req_machine_learning: SubjectLevel | None = None
    min_work_years: float | None = None
    min_english: EnglishLevel | None = None
    bridge_for: tuple[Bridge, ...] = ()
    topics: tuple[str, ...] = ()
    summary: str | None = None
    accreditor: str | None = None
    outcome_median_salary_cents: int | None = None
    outcome_rate: float | None = None
    outcome_sample: int | None = None
    outcome_source: str | None = None
    outcome_as_of: str | None = None
    source: str | None = None
    verified_on: date | None = None
    fact_sources: Mapping[str, FactSource] = field(default_factory=dict, hash=False)

    def requirement(self, subject: Subject) -> SubjectLevel | None:
        """The level of a subject asked for on entry; `none` says nothing is asked, None that it is not published."""
        level: SubjectLevel | None = getattr(self, _REQUIREMENTS[subject])
        return level

    def price_span(self, state: str | None, *, abroad: bool = False) -> tuple[int, int] | None:
        """The least and the most that the whole program costs a student of a US state; None where not published.

        The two differ only where students of other states pay another price and it is not known which holds.
        """
        total, outside = self.tuition_total_cents, self.tuition_out_of_state_cents
        home = self.state if self.country in (None, "US") else None
        if total is None:
            return None
        if outside is None or (not abroad and state is not None and state == home):
            return total, total
        if abroad or (state is not None and home is not None):
            return outside, outside
        return total, outside

    def source_of(self, column: str) -> FactSource:
        """Where the fact in a column comes from: its own source, else the outcome's, else the row's."""
        own = self.fact_sources.get(column)
        if own is not None:
            return own
        if column.startswith("outcome_") and (self.outcome_source or self.outcome_as_of):
            return FactSource(self.outcome_source or self.source, self.outcome_as_of)
        return _verified(self.source, self.verified_on)


@lru_cache(maxsize=4096)
def _verified(source: str | None, day: date | None) -> FactSource:
    """The source of a row: few differ, and every statement about a listing asks for one."""
    return FactSource(source, day.isoformat() if day else None)


_REQUIREMENTS: Mapping[Subject, str] = {subject: f"req_{subject.value}" for subject in Subject}


@cache
def attribute_of(column: str) -> str:
    """The attribute of Listing that holds a column: the same name, but money is in `_cents`."""
    return column[: -len("_usd")] + "_cents" if column.endswith("_usd") else column


_ATTRIBUTES: Mapping[str, str] = {column: attribute_of(column) for column in COLUMNS}
_UNLIKE = frozenset({"program_id", "name", "url", "summary", "latitude", "longitude"})
"""Columns whose cells are rarely the same twice in a file; the others are worth remembering."""


def parse_row(row: Mapping[str, str]) -> Listing:
    """Read one row of the listing file. Columns that are absent count as blank; raise ListingError with every fault."""
    faults = [
        Fault(str(column), "", "is not a column of the listing file", "remove it, or correct its name")
        for column in row
        if column not in _ATTRIBUTES
    ]
    values: dict[str, Any] = {}
    for column, attribute in _ATTRIBUTES.items():
        raw = row.get(column)
        text = raw.strip() if raw else ""
        if not text:
            if column in REQUIRED:
                faults.append(Fault(column, "", "is blank", "every listing needs it"))
            continue
        try:
            values[attribute] = _read(column, text) if column in _UNLIKE else _read_again(column, text)
        except _CellError as error:
            faults.append(Fault(column, _shown(text), error.problem, error.remedy))
    faults += _check_together(values)
    if faults:
        raise ListingError(faults)
    return Listing(**values)


def to_row(listing: Listing) -> dict[str, str]:
    """The row of the listing file again, every column present, unknown as blank."""
    return {column: _cell(column, getattr(listing, attribute_of(column))) for column in COLUMNS}


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return ";".join(str(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if column.endswith("_usd") and isinstance(value, int):
        return str(value // 100) if value % 100 == 0 else f"{value // 100}.{value % 100:02d}"
    if isinstance(value, float):
        plain = format(Decimal(repr(value)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


class _CellError(Exception):
    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


_Parser = Callable[[str], object]
_E = TypeVar("_E", bound=StrEnum)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_CIP = re.compile(r"[0-9]{2}\.[0-9]{4}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_AS_OF = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")


def _shown(text: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 80 else text[:79] + "…"


def _text(limit: int) -> _Parser:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise _CellError(f"has {len(text)} characters", f"write at most {limit}")
        return text

    return parse


def _matching(shape: re.Pattern[str], remedy: str) -> _Parser:
    def parse(text: str) -> str:
        if not shape.fullmatch(text):
            raise _CellError("has the wrong form", remedy)
        return text

    return parse


def _choose(kind: Sequence[_E] | type[_E], text: str) -> _E:
    for option in kind:
        if option.value == text:
            return option
    raise _CellError(f"{_shown(text)} is not a known value", "use one of " + ", ".join(kind))


def _one_of(kind: Sequence[StrEnum] | type[StrEnum]) -> _Parser:
    return lambda text: _choose(kind, text)


def _items(text: str, limit: int = LIST_LIMIT) -> tuple[str, ...]:
    items = tuple(dict.fromkeys(item.strip() for item in text.split(";") if item.strip()))
    if not items:
        raise _CellError("holds no entry", "write entries with ; between them, or leave it blank")
    if len(items) > limit:
        raise _CellError(f"has {len(items)} entries", f"write at most {limit}")
    return items


def _some_of(kind: type[StrEnum]) -> _Parser:
    return lambda text: tuple(_choose(kind, item) for item in _items(text))


def _decimal(text: str, low: float, high: float, above: bool = False) -> Decimal:
    bounds = f"more than {low:g} and at most {high:g}" if above else f"from {low:g} to {high:g}"
    remedy = f"write a plain number {bounds}, without commas, spaces or signs of money"
    if not _NUMBER.fullmatch(text):
        raise _CellError("is not a plain number", remedy)
    number = Decimal(text)
    if number > Decimal(str(high)) or number < Decimal(str(low)) or (above and number == Decimal(str(low))):
        raise _CellError("is out of range", remedy)
    return number


def _number(low: float, high: float, above: bool = False) -> _Parser:
    return lambda text: float(_decimal(text, low, high, above)) + 0.0


def _money(text: str) -> int:
    cents = _decimal(text, 0, 10_000_000) * 100
    if cents != int(cents):
        raise _CellError("has fractions of a cent", "write at most two decimals")
    return int(cents)


def _integer(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _CellError("is not a whole number", "write digits only")
    return int(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise _CellError(f"{_shown(text)} is not a known value", "use true or false")
    return text == "true"


def _url(text: str) -> str:
    remedy = "write a full web address that starts with https:// or http://"
    if len(text) > URL_LIMIT or any(c.isspace() or c in '<>"\\' for c in text):
        raise _CellError("is not a web address", remedy)
    try:
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise _CellError("is not a web address", remedy) from error
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise _CellError("is not a web address we may link to", remedy)
    return text


def _cip(text: str) -> str:
    if not _CIP.fullmatch(text) or text[:2] not in FIELDS:
        raise _CellError("is not a CIP code", "write two digits, a point and four digits, such as 11.0102")
    return text


def _authorized(text: str) -> tuple[str, ...]:
    states = _items(text)
    if ALL_STATES in states:
        return (ALL_STATES,)
    for state in states:
        if state not in STATES:
            raise _CellError(f"{_shown(state)} is not a US state", "use codes such as CA, or ALL")
    return states


def _terms(text: str) -> tuple[str, ...]:
    for term in (terms := _items(text)):
        if term not in TERMS and not _MONTH.fullmatch(term):
            raise _CellError(f"{_shown(term)} is not a known value", "use " + ", ".join(TERMS) + ", or YYYY-MM")
    return terms


def _fields(text: str) -> tuple[str, ...]:
    for name in (names := _items(text)):
        if name not in FIELDS and name not in (ANY_FIELD, ANY_WITH_PREREQUISITES):
            remedy = f"use two-digit CIP families, {ANY_FIELD} or {ANY_WITH_PREREQUISITES}"
            raise _CellError(f"{_shown(name)} is not a known value", remedy)
    return names


def parse_bridge(text: str) -> Bridge:
    kind, _, rest = text.partition(":")
    if kind == "program":
        if not PROGRAM_ID.fullmatch(rest):
            raise _CellError(f"{_shown(text)} names no program", "write program: and a program_id")
        return Bridge(program_id=rest)
    return Bridge(_choose(Subject, kind), _choose(RANKED_LEVELS, rest) if rest else SubjectLevel.ONE_COURSE)


def _topics(text: str) -> tuple[str, ...]:
    for topic in (topics := _items(text, TOPICS_LIMIT)):
        if len(topic) > TOPIC_LIMIT:
            raise _CellError(f"a topic has {len(topic)} characters", f"write at most {TOPIC_LIMIT} for each")
    return topics


def _date(text: str) -> date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _CellError("is not a date", "write YYYY-MM-DD")


def _as_of(text: str) -> str:
    if not _AS_OF.fullmatch(text):
        _date(text)
    return text


def _check_together(values: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if ("latitude" in values) != ("longitude" in values):
        faults.append(Fault("latitude", "", "stands without the other coordinate", "give both, or neither"))
    total, outside = values.get("tuition_total_cents"), values.get("tuition_out_of_state_cents")
    if outside is not None and total is None:
        remedy = "give tuition_total_usd, the price for students of the state, as well"
        faults.append(Fault("tuition_out_of_state_usd", "", "stands without the price for the state", remedy))
    if outside is not None and total is not None and outside < total:
        problem = "is below tuition_total_usd, the price for students of the state"
        faults.append(Fault("tuition_out_of_state_usd", str(plain_dollars(outside)), problem, "check both prices"))
    state = values.get("state")
    if state is not None and values.get("country", "US") == "US" and state not in STATES:
        faults.append(Fault("state", state, "is not a US state", "use a code such as CA, or name the country"))
    return faults


_PARSERS: Mapping[str, _Parser] = {
    **{column: _text(limit) for column, limit in TEXT_LIMITS.items()},
    **{f"req_{subject.value}": _one_of(RANKED_LEVELS) for subject in Subject},
    "program_id": _matching(PROGRAM_ID, "use lower-case letters, digits and . _ : - (80 at most)"),
    "institution_control": _one_of(Control),
    "title_iv": _boolean,
    "url": _url,
    "credential": _one_of(Credential),
    "cip": _cip,
    "modality": _some_of(Modality),
    "pace": _some_of(Pace),
    "state": _matching(re.compile(r"[A-Z]{2}"), "write two capital letters, such as CA"),
    "country": _matching(re.compile(r"[A-Z]{2}"), "write two capital letters, such as US"),
    "latitude": _number(-90, 90),
    "longitude": _number(-180, 180),
    "states_authorized": _authorized,
    "months": _number(0, 240, above=True),
    "hours_per_week": _number(0, 100),
    "tuition_total_usd": _money,
    "tuition_out_of_state_usd": _money,
    "tuition_basis": _one_of(TuitionBasis),
    "start_terms": _terms,
    "min_education": _one_of(Education),
    "accepted_fields": _fields,
    "min_gpa": _number(0, 4),
    "min_work_years": _number(0, 70),
    "min_english": _one_of(EnglishLevel),
    "bridge_for": lambda text: tuple(dict.fromkeys(parse_bridge(item) for item in _items(text))),
    "topics": _topics,
    "outcome_median_salary_usd": _money,
    "outcome_rate": _number(0, 1),
    "outcome_sample": _integer,
    "outcome_as_of": _as_of,
    "verified_on": _date,
}


def _read(column: str, text: str) -> object:
    if has_control_character(text):
        raise _CellError("holds a control character", "write plain text on one line")
    return _PARSERS[column](text)


_read_again = lru_cache(maxsize=65_536)(_read)
"""`_read`, remembering values: they are immutable, so rows may share them. What is refused is not remembered."""
