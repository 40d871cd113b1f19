"""Fields that are answered by choosing: radios, a list, boxes, one box.

``data`` is the chosen value, or None for no answer and for "I don't know" alike; ``chosen`` tells the two apart ("" and
"unknown"). Nothing is ever chosen beforehand unless the person chose it earlier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import wtforms
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.validators import ValidationError

from webapp.ui.validators import AtMost, BlankAllowed, Required

UNKNOWN = "unknown"
DONT_KNOW = "I don't know"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: the value sent, the words shown, a line of help, and the group it stands in (lists only)."""

    value: str
    label: str
    hint: str = ""
    group: str | None = None


class _OneOf:
    """What radios and lists share: one value of a set."""

    unknown: str | None
    options: list[Option]
    chosen: str = ""
    data: str | None

    def _hold(self, value: str) -> None:
        self.chosen = value
        self.data = None if value in ("", UNKNOWN) else value

    @property
    def is_answered(self) -> bool:
        """Whether something was chosen; "I don't know" counts."""
        return self.chosen != ""

    @property
    def all_options(self) -> list[Option]:
        """The options with "I don't know" at the end, where the field offers it."""
        return [*self.options, Option(UNKNOWN, self.unknown)] if self.unknown else list(self.options)

    def process_data(self, value: str | None) -> None:
        """Take a stored value; "unknown" is remembered as an answer."""
        self._hold(str(value) if value is not None else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the value sent."""
        self._hold(valuelist[0].strip() if valuelist else "")

    def pre_validate(self, _form: Any) -> None:
        """Refuse a value that is not among the options."""
        if self.chosen and self.chosen not in {option.value for option in self.all_options}:
            self._hold("")
            raise ValidationError("Choose one of the options shown.")

    def iter_choices(self) -> list[Choice]:
        """The options as WTForms' own widgets want them."""
        return [Choice(o.value, o.label, o.value == self.chosen, {}) for o in self.all_options]


class RadioField(_OneOf, wtforms.RadioField):  # type: ignore[misc]  # WTForms ships no types
    """One of a few options, all in sight. ``unknown`` adds "I don't know" under those words; None leaves it out."""

    kind: ClassVar[str] = "radios"

    def __init__(
        self,
        label: str,
        *,
        options: Iterable[Option],
        hint: str = "",
        required: str | None = None,
        unknown: str | None = DONT_KNOW,
        inline: bool = False,
        **kwargs: Any,
    ) -> None:
        self.options, self.unknown, self.inline = list(options), unknown, inline
        checks = [Required(required) if required else BlankAllowed()]
        super().__init__(label, checks, choices=_select_choices(self.all_options), description=hint, **kwargs)


class SelectField(_OneOf, wtforms.SelectField):  # type: ignore[misc]  # WTForms ships no types
    """One of many options, in a drop-down list whose first line (``blank``) is no answer."""

    kind: ClassVar[str] = "select"

    def __init__(
        self,
        label: str,
        *,
        options: Iterable[Option],
        hint: str = "",
        required: str | None = None,
        unknown: str | None = DONT_KNOW,
        blank: str = "Choose one",
        width: str = "",
        **kwargs: Any,
    ) -> None:
        self.options, self.unknown, self.blank, self.width = list(options), unknown, blank, width
        self.autocomplete: str = kwargs.pop("autocomplete", "")
        checks = [Required(required) if required else BlankAllowed()]
        super().__init__(label, checks, choices=_select_choices(self.all_options), description=hint, **kwargs)

    def iter_choices(self) -> list[Choice]:
        """The blank line, then the options."""
        return [Choice("", self.blank, self.chosen == "", {}), *super().iter_choices()]

    def has_groups(self) -> bool:
        """Whether any option stands in a group."""
        return any(option.group for option in self.options)

    def iter_groups(self) -> list[tuple[str | None, list[Choice]]]:
        """The blank line, then the options gathered by neighbouring group."""
        gathered: list[tuple[str | None, list[Choice]]] = []
        groups = [None, *(option.group for option in self.all_options)]
        for group, choice in zip(groups, self.iter_choices(), strict=True):
            if gathered and gathered[-1][0] == group:
                gathered[-1][1].append(choice)
            else:
                gathered.append((group, [choice]))
        return gathered


class CheckboxesField(wtforms.SelectMultipleField):  # type: ignore[misc]  # WTForms ships no types
    """Any of a few options; ``data`` lists the values in the order of the options, [] also for "I don't know"."""

    kind: ClassVar[str] = "checkboxes"
    data: list[str]

    def __init__(
        self,
        label: str,
        *,
        options: Iterable[Option],
        hint: str = "",
        required: str | None = None,
        unknown: str | None = None,
        at_most: int | None = None,
        inline: bool = False,
        **kwargs: Any,
    ) -> None:
        self.options, self.unknown, self.inline = list(options), unknown, inline
        self.chosen: list[str] = []
        checks: list[Any] = [Required(required) if required else BlankAllowed()]
        if at_most is not None:
            checks.append(AtMost(at_most))
        super().__init__(label, checks, choices=_select_choices(self.all_options), description=hint, **kwargs)

    @property
    def is_answered(self) -> bool:
        """Whether any box is ticked; "I don't know" counts."""
        return bool(self.chosen)

    @property
    def all_options(self) -> list[Option]:
        """The options with "I don't know" at the end, where the field offers it."""
        return [*self.options, Option(UNKNOWN, self.unknown)] if self.unknown else list(self.options)

    def _hold(self, values: Iterable[str]) -> None:
        sent = set(values)
        known = [option.value for option in self.all_options]
        self.chosen = [value for value in known if value in sent] + sorted(sent.difference(known))
        self.data = [value for value in self.chosen if value != UNKNOWN]

    def process_data(self, value: Sequence[str] | None) -> None:
        """Take stored values."""
        self._hold(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the values of the ticked boxes."""
        self._hold(item.strip() for item in valuelist)

    def pre_validate(self, _form: Any) -> None:
        """Refuse values that are not among the options, and "I don't know" beside an answer."""
        known = {option.value for option in self.all_options}
        if any(value not in known for value in self.chosen):
            self._hold(value for value in self.chosen if value in known)
            raise ValidationError("Choose from the options shown.")
        if UNKNOWN in self.chosen and self.data:
            raise ValidationError(f"Choose the options that fit, or only “{self.unknown}”.")

    def iter_choices(self) -> list[Choice]:
        """The options as WTForms' own widgets want them."""
        return [Choice(o.value, o.label, o.value in self.chosen, {}) for o in self.all_options]


class CheckField(wtforms.BooleanField):  # type: ignore[misc]  # WTForms ships no types
    """One box, never ticked beforehand; ``data`` is a bool."""

    kind: ClassVar[str] = "check"
    data: bool

    def __init__(self, label: str, *, hint: str = "", required: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, [Required(required)] if required else [], description=hint, **kwargs)

    @property
    def is_answered(self) -> bool:
        """Whether the box is ticked."""
        return self.data


def _select_choices(options: Iterable[Option]) -> list[SelectChoice]:
    return [SelectChoice(option.value, option.label) for option in options]
