"""Fields that are answered by writing: text, addresses, days, files. ``numbers.py`` and ``choices.py`` hold the others.

Each takes its question first and everything else by keyword; ``required`` is the message shown when it is left empty,
and a field without it may stay empty. An empty field reads as ``data is None``. ``macros/fields.html`` renders them.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

import wtforms
from wtforms.validators import ValidationError

from webapp.ui.validators import BlankAllowed, MailAddress, MaxLength, Required

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str | None) -> str | None:
    """``text`` in Unicode NFC, without control and direction-override characters or outer blanks; None if empty."""
    if text is None:
        return None
    tidy = _CONTROL.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n").strip()
    return tidy or None


class Box(wtforms.StringField):  # type: ignore[misc]  # WTForms ships no types
    """What every box to write in has; forms use the kinds below."""

    kind: ClassVar[str] = "text"

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        required: str | None = None,
        autocomplete: str = "",
        inputmode: str = "",
        width: str = "",
        checks: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        first = Required(required) if required else BlankAllowed()
        super().__init__(label, [first, *checks], description=hint, **kwargs)
        self.autocomplete, self.inputmode, self.width = autocomplete, inputmode, width

    @property
    def is_answered(self) -> bool:
        """Whether the person wrote something that could be read."""
        return self.data is not None

    def written(self, valuelist: list[str]) -> str | None:
        """The cleaned text of the first value sent."""
        return clean_text(valuelist[0]) if valuelist else None


class TextField(Box):
    """One line of text. ``data`` is the cleaned text or None."""

    data: str | None

    def __init__(self, label: str, *, max_length: int = 200, checks: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, checks=[MaxLength(max_length), *checks], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the first value sent."""
        self.data = self.written(valuelist)


class TextAreaField(TextField):
    """Several lines of text; ``rows`` is the height shown."""

    kind = "textarea"
    widget = wtforms.widgets.TextArea()

    def __init__(self, label: str, *, rows: int = 4, max_length: int = 2000, **kwargs: Any) -> None:
        super().__init__(label, max_length=max_length, **kwargs)
        self.rows = rows


class EmailField(TextField):
    """An e-mail address, normalised."""

    kind = "email"
    widget = wtforms.widgets.EmailInput()

    def __init__(self, label: str, *, checks: Sequence[Any] = (), **kwargs: Any) -> None:
        kwargs = {"max_length": 254, "autocomplete": "email", **kwargs}
        super().__init__(label, checks=[MailAddress(), *checks], **kwargs)


class TelField(TextField):
    """A telephone number as typed, with 7 to 15 digits (ITU-T E.164); finer checks belong to whoever dials it."""

    kind = "tel"
    widget = wtforms.widgets.TelInput()

    def __init__(self, label: str, *, checks: Sequence[Any] = (), **kwargs: Any) -> None:
        kwargs = {"max_length": 40, "autocomplete": "tel", "width": "m", **kwargs}
        super().__init__(label, checks=[self._digits, *checks], **kwargs)

    @staticmethod
    def _digits(_form: Any, field: Any) -> None:
        text = field.data or ""
        if not re.fullmatch(r"\+?[0-9 ().\-/]+", text) or not 7 <= len(re.sub(r"[^0-9]", "", text)) <= 15:
            raise ValidationError("Check the phone number. It should look like 415 555 0134 or +1 415 555 0134.")


class PasswordField(TextField):
    """A secret, never sent back to the page and never trimmed."""

    kind = "password"
    widget = wtforms.widgets.PasswordInput()

    def __init__(self, label: str, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the secret as it was typed."""
        self.data = (valuelist[0] or None) if valuelist else None


class HiddenField(TextField):
    """A value the page carries along."""

    kind = "hidden"
    widget = wtforms.widgets.HiddenInput()

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)


class HoneypotField(TextField):
    """A field people do not see; ``is_tripped`` is true when something filled it in."""

    kind = "honeypot"

    def __init__(self, label: str = "Leave this field empty", **kwargs: Any) -> None:
        super().__init__(label, autocomplete="off", **kwargs)

    @property
    def is_tripped(self) -> bool:
        """Whether anything was written into the trap."""
        return bool(self.raw_data and any(self.raw_data))


class DayField(Box):
    """A calendar day; ``data`` is a ``date`` or None."""

    kind = "date"
    data: dt.date | None
    widget = wtforms.widgets.DateInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, **{"autocomplete": "off", "width": "m", **kwargs})

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.data.isoformat()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read an ISO 8601 day, which is what browsers send."""
        self.data = None
        text = self.written(valuelist)
        if text is None:
            return
        try:
            self.data = dt.date.fromisoformat(text)
        except ValueError as exc:
            raise ValueError("Write the date as year-month-day, such as 2027-01-15.") from exc


class UploadField(wtforms.FileField):  # type: ignore[misc]  # WTForms ships no types
    """One file; ``data`` is a werkzeug ``FileStorage`` or None. ``accept`` is a hint to the browser, never a check."""

    kind: ClassVar[str] = "file"

    def __init__(
        self, label: str, *, accept: str = "", hint: str = "", required: str | None = None, **kwargs: Any
    ) -> None:
        checks = [Required(required) if required else BlankAllowed()]
        super().__init__(label, checks, description=hint, **kwargs)
        self.accept = accept

    @property
    def is_answered(self) -> bool:
        """Whether a file was sent."""
        return self.data is not None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the file sent, if it has a name."""
        sent = [item for item in valuelist if getattr(item, "filename", "")]
        self.data = sent[0] if sent else None
