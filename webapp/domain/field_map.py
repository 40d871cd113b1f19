"""Field maps: which fields a partner asks for, and where each takes its value. A small closed language, no code.

A field takes its value from a place in the document, from a constant or from a computed value, may put it into
another form, may translate it by a table, and may be required. What it comes to: `domain/mapped_value.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

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


_KEYS: Final = frozenset({"name", "from", "computed", "constant", "form", "values", "otherwise", "default", "required"})
_NAME: Final = re.compile(rf"[^\s\x00-\x1f\x7f.](?:[^\x00-\x1f\x7f]{{0,{LONGEST_NAME - 2}}}[^\s\x00-\x1f\x7f.])?")
_LAST_PART: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
