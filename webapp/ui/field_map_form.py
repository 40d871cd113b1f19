"""The rows of a form in which a partner's field map is written: one for each field, and some that are still empty."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from wtforms.validators import ValidationError

from webapp.domain.field_map import LONGEST_VALUE, MOST_FIELDS, OPEN_PATHS, PATHS, Computed, Form, Otherwise
from webapp.domain.subject import Subject
from webapp.ui.choices import CheckField, Option, SelectField
from webapp.ui.fields import TextAreaField, TextField

CONSTANT: Final = "constant"
OTHER: Final = "other"
_COMPUTED: Final[Mapping[Computed, tuple[str, str]]] = {
    Computed.FULL_NAME: ("Student", "Full name"),
    Computed.ANSWERS: ("Your questions", "Every question with its answer"),
    Computed.REASONS: ("Match", "Reasons, as one text"),
}
_GROUPS: Final[Mapping[str, str]] = {
    "student": "Student",
    "background": "Background",
    "match": "Match",
    "contact_preferences": "How to contact them",
    "consent": "Consent",
    "lead": "Lead",
}
_WORDS: Final[Mapping[str, str]] = {
    "lead_id": "Lead id",
    "test": "Whether it is a test",
    "program_id": "Program id",
    "submitted_at": "When the student asked",
    "expires_at": "When the lead ends",
    "background.gpa": "GPA",
    "background.field": "Field of study (CIP family)",
    "background.work_years": "Years of work",
    "contact_preferences.max_attempts": "At most so many tries",
    "contact_preferences.hours.days": "Days to call",
    "contact_preferences.hours.times": "Times to call",
    "consent.record_id": "Number of the record",
    "consent.url": "Address of the record",
}
_FORMS: Final[Mapping[Form, str]] = {
    Form.PLAIN: "As it is",
    Form.UPPER: "IN CAPITALS",
    Form.LOWER: "in small letters",
    Form.PHONE_DIGITS: "Phone: 14155550100",
    Form.PHONE_US: "Phone: (415) 555-0100",
    Form.DATE: "Day: 2026-11-22",
    Form.DATE_US: "Day: 11/22/2026",
    Form.DATE_TIME: "Time: 2026-11-22T15:00:00Z",
    Form.YES_NO: "yes or no",
    Form.ONE_ZERO: "1 or 0",
}
_OTHERWISE: Final[Mapping[Otherwise, str]] = {
    Otherwise.KEEP: "Send them as they are",
    Otherwise.BLANK: "Leave the field empty",
    Otherwise.REFUSE: "Do not send the lead this way",
}
_SOURCES: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "landing_url")
STARTING_FIELDS: Final[Sequence[Mapping[str, Any]]] = (
    {"name": "first_name", "from": "student.first_name"},
    {"name": "last_name", "from": "student.last_name"},
    {"name": "email", "from": "student.email", "required": True},
    {"name": "phone", "from": "student.phone", "form": "phone_us"},
    {"name": "program", "from": "program_id"},
    {"name": "lead_id", "from": "lead_id"},
)
"""What a new map begins with, to be changed."""


class ValuesField(TextAreaField):
    """A table of values, a line for each: "CA = California". `table` is what was read."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, rows=3, max_length=60_000, checks=[self._readable], **kwargs)

    @property
    def table(self) -> dict[str, str]:
        pairs = (line.split("=", 1) for line in (self.data or "").split("\n") if "=" in line)
        return {left.strip(): right.strip() for left, right in pairs}

    @staticmethod
    def _readable(_form: Any, field: Any) -> None:
        lines = [line for line in (field.data or "").split("\n") if line.strip()]
        bad = next((line for line in lines if "=" not in line), None)
        if bad is not None:
            raise ValidationError(f"Write “{bad[:40]}” as “what we have = what you want”.")


def count_rows(sent: Iterable[str], prefix: str) -> int:
    """How many rows a form that was sent holds: one more than the highest number in `prefix_<number>_…`."""
    numbers = (found[1] for name in sent if (found := re.match(rf"{prefix}_([0-9]{{1,3}})_", name)))
    return min(max((int(number) + 1 for number in numbers), default=0), MOST_FIELDS)


def map_fields(count: int, questions: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The fields of `count` rows, by name. `questions` are the partner's own, as (id, words)."""
    options = source_options(questions)
    fields: dict[str, Any] = {}
    for number in range(count):
        fields |= {
            f"map_{number}_name": TextField("Your name for it", max_length=100, autocomplete="off"),
            f"map_{number}_source": SelectField("Takes", options=options, unknown=None, blank="Nothing yet"),
            f"map_{number}_text": TextField("Text or place", max_length=LONGEST_VALUE, autocomplete="off"),
            f"map_{number}_form": SelectField(
                "Written",
                options=[Option(code, words) for code, words in _FORMS.items()],
                unknown=None,
                blank="As it is",
            ),
            f"map_{number}_values": ValuesField("Other words for values"),
            f"map_{number}_otherwise": SelectField(
                "Values that are not listed",
                options=[Option(code, words) for code, words in _OTHERWISE.items()],
                unknown=None,
                blank="Send them as they are",
            ),
            f"map_{number}_default": TextField("Where nothing is known", max_length=LONGEST_VALUE, autocomplete="off"),
            f"map_{number}_required": CheckField("Required: do not send a lead this way without it"),
        }
    return fields


def map_rows(form: Any) -> list[dict[str, Any]]:
    """The rows as the page shows them: their fields by short name, and whether the rarer ones are in use."""
    rows = []
    for number in range(count_rows((field.name for field in form), "map")):
        row = {part: form[f"map_{number}_{part}"] for part in _PARTS}
        rare = any(row[part].data or row[part].errors for part in ("values", "otherwise", "default", "required"))
        rows.append({**row, "number": number + 1, "is_open": rare})
    return rows


def map_data(fields: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What fills the rows in from a map's JSON form."""
    filled: dict[str, Any] = {}
    for number, told in enumerate(fields):
        source, text = _source_of(told)
        filled |= {
            f"map_{number}_name": told["name"],
            f"map_{number}_source": source,
            f"map_{number}_text": text,
            f"map_{number}_form": told.get("form"),
            f"map_{number}_values": "\n".join(f"{left} = {right}" for left, right in told.get("values", {}).items()),
            f"map_{number}_otherwise": told.get("otherwise"),
            f"map_{number}_default": told.get("default"),
            f"map_{number}_required": told.get("required", False),
        }
    return filled


def read_map(form: Any) -> list[dict[str, Any]]:
    """The map in its JSON form. Rows without anything are passed over."""
    return [_told(row) for row in map_rows(form) if is_used(row)]


def is_used(row: Mapping[str, Any]) -> bool:
    """Whether anything that matters was written into a row."""
    return bool(row["name"].data or row["source"].data)


def source_options(questions: Sequence[tuple[str, str]]) -> list[Option]:
    """Where a field may take its value from, in groups."""
    found = [Option(f"computed:{code}", words, group=group) for code, (group, words) in _COMPUTED.items()]
    found += [Option(f"from:{path}", _path_words(path), group=_group_of(path)) for path in PATHS]
    found += [
        Option(f"from:background.subjects.{each}", f"Level in {each.replace('_', ' ')}", group="Background")
        for each in Subject
    ]
    found += [Option(f"from:answers.{key}", words[:80], group="Your questions") for key, words in questions]
    found += [Option(f"from:source.{each}", each, group="Where they came from") for each in _SOURCES]
    found += [
        Option(CONSTANT, "A fixed text, written beside", group="Other"),
        Option(OTHER, "Another place, written beside", group="Other"),
    ]
    order = list(dict.fromkeys([*_GROUPS.values(), *(str(each.group) for each in found)]))
    return sorted(found, key=lambda each: order.index(str(each.group)))


_PARTS: Final = ("name", "source", "text", "form", "values", "otherwise", "default", "required")


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    source, text = str(row["source"].data or ""), row["text"].data or ""
    told: dict[str, Any] = {"name": row["name"].data or ""}
    if source == CONSTANT:
        told["constant"] = text
    elif source == OTHER:
        told["from"] = text
    elif ":" in source:
        kind, _, code = source.partition(":")
        told[kind] = code
    if row["form"].data not in (None, Form.PLAIN):
        told["form"] = row["form"].data
    if row["values"].table:
        told |= {"values": row["values"].table, "otherwise": row["otherwise"].data or Otherwise.KEEP.value}
    if row["default"].data:
        told["default"] = row["default"].data
    return told | ({"required": True} if row["required"].data else {})


def _source_of(told: Mapping[str, Any]) -> tuple[str, str]:
    if told.get("constant") is not None:
        return CONSTANT, told["constant"]
    if told.get("computed"):
        return f"computed:{told['computed']}", ""
    path = str(told.get("from", ""))
    known = path in PATHS or path.startswith(("background.subjects.", "answers."))
    known = known or path.removeprefix("source.") in _SOURCES
    return (f"from:{path}", "") if known else (OTHER, path)


def _path_words(path: str) -> str:
    last = path.rpartition(".")[2].replace("_", " ")
    return _WORDS.get(path) or last[:1].upper() + last[1:]


def _group_of(path: str) -> str:
    first, dot, _ = path.partition(".")
    return _GROUPS[first if dot else "lead"]


PLACES: Final = ", ".join(f"{start}…" for start in OPEN_PATHS)
"""Beginnings of places that can be written by hand."""
