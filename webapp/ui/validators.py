"""Checks on one field, each with a message that says what to do.

Every validator is called as ``validator(form, field)``, the WTForms protocol, and raises ``ValidationError`` or
``StopValidation`` (which ends the chain, so that a person reads one message a field).
"""

from collections.abc import Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms.validators import StopValidation, ValidationError


class Required:
    """The field must hold an answer; "I don't know" counts as one."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form: Any, field: Any) -> None:
        if field.errors:
            raise StopValidation()
        if not field.is_answered:
            raise StopValidation(self.message)


class BlankAllowed:
    """An empty field is right, and no later check runs on it."""

    def __init__(self) -> None:
        self.field_flags = {"optional": True}

    def __call__(self, _form: Any, field: Any) -> None:
        if not field.errors and not field.is_answered:
            raise StopValidation()


class MaxLength:
    """At most ``characters`` characters of text."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self.field_flags = {"maxlength": characters}

    def __call__(self, _form: Any, field: Any) -> None:
        length = len(field.data or "")
        if length > self.characters:
            over = length - self.characters
            raise ValidationError(
                f"Shorten this to {self.characters:,} characters. It is {over:,} too long."
                if over > 1
                else f"Shorten this to {self.characters:,} characters. It is 1 too long."
            )


class Between:
    """A number within ``low`` and ``high``, both allowed; either may be open (None)."""

    def __init__(self, low: float | None, high: float | None, noun: str = "number") -> None:
        self.low, self.high, self.noun = low, high, noun

    def __call__(self, _form: Any, field: Any) -> None:
        value = field.data
        if value is None:
            return
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        if not (too_low or too_high):
            return
        if self.low is not None and self.high is not None:
            raise ValidationError(f"Write a {self.noun} from {self.low:,.12g} to {self.high:,.12g}.")
        bound = f"{self.low:,.12g} or more" if too_low else f"{self.high:,.12g} or less"
        raise ValidationError(f"Write a {self.noun} of {bound}.")


class MailAddress:
    """An address that could exist, by RFC 5321 and 5322 as email-validator reads them; no look-up is made.

    The field's data becomes the normalised form (domain in lower case).
    """

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.data = validate_email(field.data, check_deliverability=False).normalized
        except EmailNotValidError as exc:
            raise ValidationError("Check the e-mail address. It should look like name@example.com.") from exc


class AtMost:
    """At most ``count`` of a group of boxes ticked."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, _form: Any, field: Any) -> None:
        chosen: Sequence[str] = field.data or ()
        if len(chosen) > self.count:
            raise ValidationError(f"Choose at most {self.count}. You have chosen {len(chosen)}.")
