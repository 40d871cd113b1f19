"""An answer in the words of its question, as a person would read it back."""

from typing import Any

from webapp.domain.label import listed
from webapp.student.forms.step import StepForm
from webapp.ui.widgets import kind_of

_NO_QUESTION = frozenset({"csrf", "hidden", "honeypot", "submit"})


def questions_of(form: StepForm) -> list[Any]:
    """The fields of a step that ask something and are asked, in the order of the page."""
    return [
        field
        for field in form
        if kind_of(field) not in _NO_QUESTION and form.counts(field.name) and form.is_shown(field.name)
    ]


def in_words(field: Any) -> str:
    """What was answered in `field`: the label chosen, the number with its unit, the text; "" for nothing."""
    if field.errors or not field.is_answered:
        return ""
    kind = kind_of(field)
    if kind in ("radios", "select"):
        return next((option.label for option in field.all_options if option.value == field.chosen), "")
    if kind == "checkboxes":
        return listed([option.label for option in field.all_options if option.value in field.chosen], "or")
    text = str(field._value())
    if kind == "number":
        unit = f" {field.suffix}" if field.suffix else ""
        return f"{field.prefix}{text.removeprefix(field.prefix)}{unit}"
    return text
