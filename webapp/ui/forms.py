"""The base of every form: protection against forged posts, errors in order, and drafts that lose nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict

from webapp.domain.errors import Problem
from webapp.ui.widgets import anchor_of, kind_of

__all__ = ["BaseForm", "CSRFError", "FormError"]

PAGE_WAS_OPEN_LONG = "This page was open for a long time. Press the button again: nothing you wrote is lost."
_NOT_SAVED = frozenset({"csrf", "hidden", "honeypot", "password", "submit", "file"})

Draft = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class FormError:
    """One thing to mend: the ``id`` of its control ("" when there is none), the field's name, and what to do."""

    anchor: str
    name: str
    text: str


def put_problem(form: "BaseForm", problem: Problem, *, beside: str | None = None) -> None:
    """Write what was refused beside the field it is about, or `beside` another; where there is none, in the summary."""
    words = f"{problem.what} {problem.remedy}".strip()
    words, name = words[:1].upper() + words[1:], beside or problem.where
    if name in form:
        form[name].errors = [*form[name].errors, words]
    else:
        form.form_errors.append(words)


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form with a CSRF token. Subclasses list fields of ``webapp.ui.fields`` and ``webapp.ui.choices``."""

    def errors_in_order(self) -> list[FormError]:
        """The errors in the order of the fields on the page, the form's own last; empty before validation."""
        found: list[FormError] = []
        for field in self:
            if not field.errors:
                continue
            if kind_of(field) == "csrf":
                found.append(FormError("", field.name, PAGE_WAS_OPEN_LONG))
            else:
                found.extend(FormError(anchor_of(field), field.name, str(text)) for text in field.errors)
        found.extend(FormError("", "", str(text)) for text in self.form_errors)
        return found

    def draft(self) -> dict[str, str | list[str]]:
        """What the person typed and chose, right or wrong, as JSON-ready text; secrets, traps and tokens stay out."""
        kept: dict[str, str | list[str]] = {}
        for field in self:
            kind = kind_of(field)
            if kind in _NOT_SAVED:
                continue
            if kind == "checkboxes":
                kept[field.name] = list(field.chosen)
            elif kind == "check":
                kept[field.name] = ["y"] if field.data else []
            else:
                kept[field.name] = getattr(field, "chosen", None) or str(
                    field._value() if hasattr(field, "_value") else ""
                )
        return kept

    @classmethod
    def restored(cls, draft: Draft | None, *, csrf: bool = True, **kwargs: Any) -> Self:
        """The form filled in again from a ``draft``; ``csrf=False`` lets it be validated outside its post."""
        sent: MultiDict[str, str] | None = None
        if draft:
            pairs: list[tuple[str, str]] = []
            for name, value in draft.items():
                pairs.extend((name, item) for item in ([value] if isinstance(value, str) else value))
            sent = MultiDict(pairs)
        meta = {} if csrf else {"csrf": False}
        return cls(formdata=sent, meta=meta, **kwargs)
