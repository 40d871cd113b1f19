"""A lead's document turned into the values that a partner's field map asks for, and those into a body.

The same values give the preview and the posting. Nothing is evaluated: every form and every computed value is here.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from webapp.domain.errors import Problem
from webapp.domain.field_map import LONGEST_VALUE, Computed, Form, MappedField, Otherwise


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields with their values in order, and what stands in the way of sending them."""

    values: tuple[tuple[str, Any], ...]
    problems: tuple[Problem, ...]


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
