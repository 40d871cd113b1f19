"""A cell of the listing file: its text read into a value, or refused with what would be right."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.domain.geography import STATES
from webapp.domain.listing import (
    ALL_STATES,
    ANY_FIELD,
    ANY_WITH_PREREQUISITES,
    PROGRAM_ID,
    TERMS,
    Bridge,
    Control,
    TuitionBasis,
)
from webapp.domain.plain_text import has_control_character
from webapp.domain.profile import Modality, Pace
from webapp.domain.subject import RANKED_LEVELS, Subject, SubjectLevel

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


_UNLIKE = frozenset({"program_id", "name", "url", "summary", "latitude", "longitude"})
"""Columns whose cells are rarely the same twice in a file; the others are worth remembering."""


class CellError(Exception):
    """What is wrong with a cell, and what would be right."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


_Parser = Callable[[str], object]
_E = TypeVar("_E", bound=StrEnum)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_CIP = re.compile(r"[0-9]{2}\.[0-9]{4}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_AS_OF = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")


def shown(text: str) -> str:
    """A cell as a fault repeats it: printable, and short."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 80 else text[:79] + "…"


def _text(limit: int) -> _Parser:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise CellError(f"has {len(text)} characters", f"write at most {limit}")
        return text

    return parse


def _matching(shape: re.Pattern[str], remedy: str) -> _Parser:
    def parse(text: str) -> str:
        if not shape.fullmatch(text):
            raise CellError("has the wrong form", remedy)
        return text

    return parse


def _choose(kind: Sequence[_E] | type[_E], text: str) -> _E:
    for option in kind:
        if option.value == text:
            return option
    raise CellError(f"{shown(text)} is not a known value", "use one of " + ", ".join(kind))


def _one_of(kind: Sequence[StrEnum] | type[StrEnum]) -> _Parser:
    return lambda text: _choose(kind, text)


def _items(text: str, limit: int = LIST_LIMIT) -> tuple[str, ...]:
    items = tuple(dict.fromkeys(item.strip() for item in text.split(";") if item.strip()))
    if not items:
        raise CellError("holds no entry", "write entries with ; between them, or leave it blank")
    if len(items) > limit:
        raise CellError(f"has {len(items)} entries", f"write at most {limit}")
    return items


def _some_of(kind: type[StrEnum]) -> _Parser:
    return lambda text: tuple(_choose(kind, item) for item in _items(text))


def _decimal(text: str, low: float, high: float, above: bool = False) -> Decimal:
    bounds = f"more than {low:.15g} and at most {high:.15g}" if above else f"from {low:.15g} to {high:.15g}"
    remedy = f"write a plain number {bounds}, without commas, spaces or signs of money"
    if not _NUMBER.fullmatch(text):
        raise CellError("is not a plain number", remedy)
    number = Decimal(text)
    if number > Decimal(str(high)) or number < Decimal(str(low)) or (above and number == Decimal(str(low))):
        raise CellError("is out of range", remedy)
    return number


def _number(low: float, high: float, above: bool = False) -> _Parser:
    return lambda text: float(_decimal(text, low, high, above)) + 0.0


def _money(text: str) -> int:
    cents = _decimal(text, 0, 10_000_000) * 100
    if cents != int(cents):
        raise CellError("has fractions of a cent", "write at most two decimals")
    return int(cents)


def _integer(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise CellError("is not a whole number", "write digits only")
    return int(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise CellError(f"{shown(text)} is not a known value", "use true or false")
    return text == "true"


def _url(text: str) -> str:
    remedy = "write a full web address that starts with https:// or http://"
    if len(text) > URL_LIMIT or any(c.isspace() or c in '<>"\\' for c in text):
        raise CellError("is not a web address", remedy)
    try:
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise CellError("is not a web address", remedy) from error
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise CellError("is not a web address we may link to", remedy)
    return text


def _cip(text: str) -> str:
    if not _CIP.fullmatch(text) or text[:2] not in FIELDS:
        raise CellError("is not a CIP code", "write two digits, a point and four digits, such as 11.0102")
    return text


def _authorized(text: str) -> tuple[str, ...]:
    states = _items(text)
    if ALL_STATES in states:
        return (ALL_STATES,)
    for state in states:
        if state not in STATES:
            raise CellError(f"{shown(state)} is not a US state", "use codes such as CA, or ALL")
    return states


def _terms(text: str) -> tuple[str, ...]:
    for term in (terms := _items(text)):
        if term not in TERMS and not _MONTH.fullmatch(term):
            raise CellError(f"{shown(term)} is not a known value", "use " + ", ".join(TERMS) + ", or YYYY-MM")
    return terms


def _fields(text: str) -> tuple[str, ...]:
    for name in (names := _items(text)):
        if name not in FIELDS and name not in (ANY_FIELD, ANY_WITH_PREREQUISITES):
            remedy = f"use two-digit CIP families, {ANY_FIELD} or {ANY_WITH_PREREQUISITES}"
            raise CellError(f"{shown(name)} is not a known value", remedy)
    return names


def parse_bridge(text: str) -> Bridge:
    kind, _, rest = text.partition(":")
    if kind == "program":
        if not PROGRAM_ID.fullmatch(rest):
            raise CellError(f"{shown(text)} names no program", "write program: and a program_id")
        return Bridge(program_id=rest)
    return Bridge(_choose(Subject, kind), _choose(RANKED_LEVELS, rest) if rest else SubjectLevel.ONE_COURSE)


def _topics(text: str) -> tuple[str, ...]:
    for topic in (topics := _items(text, TOPICS_LIMIT)):
        if len(topic) > TOPIC_LIMIT:
            raise CellError(f"a topic has {len(topic)} characters", f"write at most {TOPIC_LIMIT} for each")
    return topics


def _date(text: str) -> date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise CellError("is not a date", "write YYYY-MM-DD")


def _as_of(text: str) -> str:
    if not _AS_OF.fullmatch(text):
        _date(text)
    return text


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
        raise CellError("holds a control character", "write plain text on one line")
    return _PARSERS[column](text)


_again = lru_cache(maxsize=65_536)(_read)
"""`_read`, remembering values: they are immutable, so rows may share them. What is refused is not remembered."""


def read(column: str, text: str) -> object:
    """The value of a cell that is not blank; raise CellError."""
    return _read(column, text) if column in _UNLIKE else _again(column, text)
