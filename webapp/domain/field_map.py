"""Field maps: a lead's document turned into the fields a partner's system asks for. A small closed language, no code.

A field takes its value from a place in the document, from a constant or from a computed value, may put it into
another form, may translate it by a table, and may be required. The same map gives the preview and the posting.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from webapp.domain.errors import Problem, Refused

MOST_FIELDS: Final = 80
MOST_VALUES: Final = 300
LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 2000

PATHS: Final[tuple[str, ...]] = (
    "lead_id", "test", "program_id", "submitted_at", "expires_at",
    "student.first_name", "student.last_name", "student.email", "student.phone", "student.city", "student.state",
    "student.postal_code", "student.country",
    "background.education", "background.field", "background.gpa", "background.work_years", "background.english",
    "match.band", "match.reasons",
    "contact_preferences.channels", "contact_preferences.time_zone", "contact_preferences.language",
    "contact_preferences.max_attempts", "contact_preferences.hours.days", "contact_preferences.hours.times",
    "consent.record_id", "consent.url", "consent.text_version", "consent.text", "consent.given_at",
    "consent.channels", "consent.legal_entity",
)  # fmt: skip
"""Places in the document that every lead may have."""
OPEN_PATHS: Final[tuple[str, ...]] = ("answers.", "source.", "background.subjects.", "background.goal.")
"""Beginnings of places whose last part depends on the partner: a question's id, a key of the attribution, a subject."""


class Computed(StrEnum):
    """What is worked out of several places."""

    FULL_NAME = "full_name"
    ANSWERS = "answers"  # "question: answer; …"
    REASONS = "reasons"  # sentences, one after the other


class Form(StrEnum):
    """Ways to write a value."""

    PLAIN = "plain"
    UPPER = "upper"
    LOWER = "lower"
    PHONE_DIGITS = "phone_digits"  # 14155550100
    PHONE_US = "phone_us"  # (415) 555-0100; other countries stay as they are
    DATE = "date"  # 2026-11-22
    DATE_US = "date_us"  # 11/22/2026
    DATE_TIME = "date_time"  # 2026-11-22T15:00:00Z
    YES_NO = "yes_no"
    ONE_ZERO = "one_zero"


class Otherwise(StrEnum):
    """What becomes of a value that the table of values does not name."""

    KEEP = "keep"
    BLANK = "blank"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class MappedField:
    """One field of the partner's. Exactly one of `path`, `computed` and `constant` says where its value comes from."""

    name: str
    path: str = ""
    computed: Computed | None = None
    constant: str | None = None
    form: Form = Form.PLAIN
    values: tuple[tuple[str, str], ...] = ()
    otherwise: Otherwise = Otherwise.KEEP
    default: str = ""
    required: bool = False

    def to_json(self) -> dict[str, Any]:
        """What `read_fields` reads, without what is as it is when nothing is said."""
        told: dict[str, Any] = {"name": self.name}
        if self.path:
            told["from"] = self.path
        if self.computed is not None:
            told["computed"] = self.computed.value
        if self.constant is not None:
            told["constant"] = self.constant
        if self.form is not Form.PLAIN:
            told["form"] = self.form.value
        if self.values:
            told |= {"values": dict(self.values), "otherwise": self.otherwise.value}
        if self.default:
            told["default"] = self.default
        if self.required:
            told["required"] = True
        return told


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields with their values in order, and what stands in the way of sending them."""

    values: tuple[tuple[str, Any], ...]
    problems: tuple[Problem, ...]


def read_fields(told: Any, *, where: str = "fields") -> tuple[MappedField, ...]:
    """A field map from its JSON form. Refused with every fault at once, each saying what would be right."""
    if not isinstance(told, list) or not 1 <= len(told) <= MOST_FIELDS:
        raise Refused(Problem(where, "is not a list of fields.", f"Give between 1 and {MOST_FIELDS} fields."))
    problems: list[Problem] = []
    fields = [_read_field(each, f"{where}[{number}]", problems) for number, each in enumerate(told)]
    names = [field.name for field in fields if field is not None]
    problems += [
        Problem(where, f"names “{name}” more than once.", "Give each field a name of its own.")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    problems += [
        Problem(where, f"has both “{name}” and fields inside it.", "A field holds a value or other fields, not both.")
        for name in sorted({name for name in names if any(other.startswith(f"{name}.") for other in names)})
    ]
    if problems:
        raise Refused(*problems)
    return tuple(field for field in fields if field is not None)


def fill(fields: Sequence[MappedField], document: Mapping[str, Any]) -> Filled:
    """Every field's value from `document`. What cannot be sent is a problem; its field is None then."""
    values, problems = [], []
    for field in fields:
        value, problem = _value_of(field, document)
        values.append((field.name, value))
        if problem:
            problems.append(problem)
    return Filled(tuple(values), tuple(problems))


def as_json(values: Sequence[tuple[str, Any]]) -> bytes:
    """A JSON object; dots in names make objects inside it."""
    whole: dict[str, Any] = {}
    for name, value in values:
        *above, last = name.split(".")
        place = whole
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def as_form(values: Sequence[tuple[str, Any]]) -> bytes:
    """A form as browsers send it (application/x-www-form-urlencoded, UTF-8); what is unknown is blank."""
    return urlencode([(name, as_text(value)) for name, value in values], encoding="utf-8").encode()


def as_text(value: Any) -> str:
    """A value of the document as plain text: nothing for unknown, lists with commas, no exponent in numbers."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ", ".join(as_text(each) for each in value)
        case Mapping():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def value_at(document: Any, path: str) -> Any:
    """What stands at a dotted path of `document`; None where there is nothing. `answers.<id>` finds a question."""
    if path.startswith("answers."):
        wanted = path.removeprefix("answers.")
        return next((each["answer"] for each in document.get("answers", ()) if each["question_id"] == wanted), None)
    for part in path.split("."):
        document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _value_of(field: MappedField, document: Mapping[str, Any]) -> tuple[Any, Problem | None]:
    try:
        value = _shaped(field, document)
    except ValueError as fault:
        return None, Problem(field.name, str(fault), "Change the field's form or its table of values.")
    if value in (None, "", []):
        value = field.default or None
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        value = value[:LONGEST_VALUE]
    if value is None and field.required:
        return None, Problem(field.name, "is required, and this lead has nothing for it.", "Give it a default.")
    return value, None


def _shaped(field: MappedField, document: Mapping[str, Any]) -> Any:
    if field.constant is not None:
        return field.constant
    value = _COMPUTED[field.computed](document) if field.computed else value_at(document, field.path)
    if value in (None, "", []):
        return None
    if field.values:
        translated = dict(field.values).get(as_text(value))
        if translated is not None:
            return translated
        if field.otherwise is Otherwise.REFUSE:
            raise ValueError(f"has no entry for the value “{as_text(value)[:40]}” in its table of values.")
        if field.otherwise is Otherwise.BLANK:
            return None
    return value if field.form is Form.PLAIN else _FORMS[field.form](value)


def _read_field(told: Any, where: str, problems: list[Problem]) -> MappedField | None:
    if not isinstance(told, Mapping):
        problems.append(Problem(where, "is not an object.", 'Write {"name": "…", "from": "student.email"}.'))
        return None
    before = len(problems)
    unknown = sorted(set(told) - _KEYS)
    if unknown:
        problems.append(Problem(where, f"has no setting called {unknown[0]}.", f"Use {', '.join(sorted(_KEYS))}."))
    name = told.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        problems.append(Problem(where, "has no usable name.", f"1 to {LONGEST_NAME} visible characters."))
    sources = [key for key in ("from", "computed", "constant") if told.get(key) is not None]
    if len(sources) != 1:
        problems.append(
            Problem(where, "does not say where its value comes from.", "One of from, computed and constant.")
        )
    path = told.get("from") or ""
    if path and not _is_path(path):
        problems.append(Problem(where, f"“{path}” is no place in a lead's document.", f"For example {PATHS[5]}."))
    texts = [told.get("constant", ""), told.get("default", "")]
    if any(text is not None and (not isinstance(text, str) or len(text) > LONGEST_VALUE) for text in texts):
        problems.append(Problem(where, "has a constant or a default that is no text.", "Put it in quotation marks."))
    values = _read_values(told.get("values", {}), where, problems)
    computed = _word(Computed, told.get("computed"), where, problems)
    form = _word(Form, told.get("form", Form.PLAIN), where, problems)
    otherwise = _word(Otherwise, told.get("otherwise", Otherwise.KEEP), where, problems)
    if not isinstance(told.get("required", False), bool):
        problems.append(Problem(where, "is required neither true nor false.", "Write true or false."))
    if len(problems) > before or form is None or otherwise is None or not isinstance(name, str):
        return None
    return MappedField(
        name, path, computed, told.get("constant"), form, values, otherwise, told.get("default") or "",
        told.get("required", False),
    )  # fmt: skip


def _read_values(told: Any, where: str, problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    if not isinstance(told, Mapping) or len(told) > MOST_VALUES:
        problems.append(Problem(where, "has a table of values that is none.", 'Write {"CA": "California"}.'))
        return ()
    if not all(isinstance(text, str) and len(text) <= LONGEST_VALUE for pair in told.items() for text in pair):
        problems.append(Problem(where, "has a table of values with more than texts.", "Put each in quotation marks."))
        return ()
    return tuple(told.items())


def _word(kind: type[StrEnum], told: Any, where: str, problems: list[Problem]) -> Any:
    if told is None:
        return None
    try:
        return kind(told)
    except ValueError:
        problems.append(Problem(where, f"“{told}” is not known here.", f"Use one of {', '.join(kind)}."))
        return None


def _is_path(path: Any) -> bool:
    if not isinstance(path, str):
        return False
    return path in PATHS or any(
        path.startswith(start) and _LAST_PART.fullmatch(path.removeprefix(start)) for start in OPEN_PATHS
    )


def _full_name(document: Mapping[str, Any]) -> str | None:
    parts = [value_at(document, f"student.{part}") for part in ("first_name", "last_name")]
    return " ".join(part for part in parts if part) or None


def _answers(document: Mapping[str, Any]) -> str | None:
    told = [f"{each['question']}: {as_text(each['answer'])}" for each in document.get("answers", ())]
    return "; ".join(told) or None


def _reasons(document: Mapping[str, Any]) -> str | None:
    return " ".join(value_at(document, "match.reasons") or ()) or None


def _digits(value: Any) -> str:
    digits = re.sub(r"[^0-9]", "", as_text(value))
    if not digits:
        raise ValueError("is to be written as a phone number, and is none.")
    return digits


def _phone_us(value: Any) -> str:
    digits = _digits(value)
    if len(digits) != 11 or not digits.startswith("1"):
        return as_text(value)
    return f"({digits[1:4]}) {digits[4:7]}-{digits[7:]}"


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(as_text(value))
    except ValueError:
        raise ValueError("is to be written as a date, and is none.") from None


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("is to be written as yes or no, and is neither.")


_KEYS: Final = frozenset({"name", "from", "computed", "constant", "form", "values", "otherwise", "default", "required"})
_NAME: Final = re.compile(rf"[^\s\x00-\x1f\x7f.](?:[^\x00-\x1f\x7f]{{0,{LONGEST_NAME - 2}}}[^\s\x00-\x1f\x7f.])?")
_LAST_PART: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMPUTED: Final[Mapping[Computed, Callable[[Mapping[str, Any]], str | None]]] = {
    Computed.FULL_NAME: _full_name,
    Computed.ANSWERS: _answers,
    Computed.REASONS: _reasons,
}
_FORMS: Final[Mapping[Form, Callable[[Any], str]]] = {
    Form.PLAIN: as_text,
    Form.UPPER: lambda value: as_text(value).upper(),
    Form.LOWER: lambda value: as_text(value).lower(),
    Form.PHONE_DIGITS: _digits,
    Form.PHONE_US: _phone_us,
    Form.DATE: lambda value: f"{_moment(value):%Y-%m-%d}",
    Form.DATE_US: lambda value: f"{_moment(value):%m/%d/%Y}",
    Form.DATE_TIME: lambda value: f"{_moment(value):%Y-%m-%dT%H:%M:%SZ}",
    Form.YES_NO: lambda value: "yes" if _truth(value) else "no",
    Form.ONE_ZERO: lambda value: "1" if _truth(value) else "0",
}
