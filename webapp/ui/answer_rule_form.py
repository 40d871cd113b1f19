"""The rows of a form in which a partner's answer rules are written, and an answer to try them on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from webapp.domain.answer_rule import LONGEST_TEXT, MOST_RULES, Verdict
from webapp.ui.choices import Option, SelectField
from webapp.ui.field_map_form import count_rows
from webapp.ui.fields import TextAreaField, TextField
from webapp.ui.numbers import WholeNumberField

VERDICT_WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.REJECTED: "Refused",
    Verdict.DUPLICATE: "Known already",
    Verdict.ERROR: "An error: try again",
}
_RANGE: Final = re.compile(r"\s*([0-9]{3})\s*(?:[-–]\s*([0-9]{3})\s*)?")  # people type either dash
_PARTS: Final = ("means", "status", "path", "equals", "contains", "reason_path")


def rule_fields(count: int) -> dict[str, Any]:
    """The fields of `count` rows, and of the answer to try, by name."""
    fields: dict[str, Any] = {
        "try_status": WholeNumberField("Its status", low=100, high=599, example="200"),
        "try_body": TextAreaField("Its body", rows=4, max_length=60_000),
    }
    for number in range(min(count, MOST_RULES)):
        fields |= {
            f"rule_{number}_means": SelectField(
                "Means", options=[Option(code, words) for code, words in VERDICT_WORDS.items()], unknown=None
            ),
            f"rule_{number}_status": TextField("Status", max_length=20, autocomplete="off"),
            f"rule_{number}_path": TextField("Place in its JSON", max_length=LONGEST_TEXT, autocomplete="off"),
            f"rule_{number}_equals": TextField("Holds one of", max_length=2000, autocomplete="off"),
            f"rule_{number}_contains": TextField("Text in the answer", max_length=LONGEST_TEXT, autocomplete="off"),
            f"rule_{number}_reason_path": TextField("Place of its reason", max_length=LONGEST_TEXT, autocomplete="off"),
        }
    return fields


def rule_rows(form: Any) -> list[dict[str, Any]]:
    """The rows as the page shows them."""
    return [
        {**{part: form[f"rule_{number}_{part}"] for part in _PARTS}, "number": number + 1}
        for number in range(min(count_rows((field.name for field in form), "rule"), MOST_RULES))
    ]


def rule_data(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What fills the rows in from the rules' JSON form."""
    filled: dict[str, Any] = {}
    for number, told in enumerate(rules):
        low, high = told.get("status") or (None, None)
        filled |= {f"rule_{number}_{part}": told.get(part) for part in ("means", "path", "contains", "reason_path")}
        filled[f"rule_{number}_status"] = None if low is None else str(low) if low == high else f"{low}-{high}"
        filled[f"rule_{number}_equals"] = ", ".join(told.get("equals", ()))
    return filled


def read_answers(form: Any) -> list[dict[str, Any]]:
    """The rules in their JSON form. Rows without anything are passed over."""
    return [_told(row) for row in rule_rows(form) if is_written(row)]


def is_written(row: Mapping[str, Any]) -> bool:
    """Whether anything was written into a row."""
    return any(row[part].data for part in _PARTS)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"means": row["means"].data}
    if row["status"].data:
        told["status"] = _range(row["status"].data)
    told |= {part: row[part].data for part in ("path", "contains", "reason_path") if row[part].data}
    equals = _listed((row["equals"].data or "").split(","))
    return told | ({"equals": equals} if equals else {})


def _range(text: str) -> list[int]:
    """A range of statuses; what is none comes back as one that is refused."""
    found = _RANGE.fullmatch(text)
    return [int(found[1]), int(found[2] or found[1])] if found else [0, 0]


def _listed(parts: Iterable[str]) -> list[str]:
    return [part.strip() for part in parts if part.strip()]
