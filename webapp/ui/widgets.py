"""What the macros need to know of a field: which control it is, and which ids belong to it."""

from typing import Any

_KIND_OF_TYPE = {
    "BooleanField": "check",
    "CSRFTokenField": "csrf",
    "DateField": "date",
    "EmailField": "email",
    "FileField": "file",
    "HiddenField": "hidden",
    "IntegerField": "number",
    "DecimalField": "number",
    "FloatField": "number",
    "PasswordField": "password",
    "RadioField": "radios",
    "SelectField": "select",
    "SubmitField": "submit",
    "TelField": "tel",
    "TextAreaField": "textarea",
}


def kind_of(field: Any) -> str:
    """The control that renders ``field``: our own fields name theirs, others are known by their WTForms type."""
    own = getattr(field, "kind", None)
    return str(own) if own else _KIND_OF_TYPE.get(field.type, "text")


def anchor_of(field: Any) -> str:
    """The ``id`` that a link to the field jumps to: in a group, its first option."""
    return f"{field.id}-0" if kind_of(field) in ("radios", "checkboxes") else str(field.id)


def described_by(field: Any, *, hint: str | None = None) -> str:
    """The ids of the hint and the error of ``field``, in reading order, for ``aria-describedby``; "" for neither."""
    ids = []
    if hint or field.description:
        ids.append(f"{field.id}-hint")
    if field.errors:
        ids.append(f"{field.id}-error")
    return " ".join(ids)


def options_of(field: Any) -> list[dict[str, Any]]:
    """The options of a group: ``id``, ``value``, ``label``, ``hint``, ``checked``."""
    hints = {option.value: option.hint for option in getattr(field, "all_options", ())}
    return [
        {
            "id": f"{field.id}-{index}",
            "value": choice.value,
            "label": choice.label,
            "hint": hints.get(choice.value, ""),
            "checked": choice.selected,
        }
        for index, choice in enumerate(field.iter_choices())
    ]
