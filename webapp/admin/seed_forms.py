"""The forms about seeds: the persona of one, and a contact that was seen."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from wtforms.validators import ValidationError

from webapp.domain.credential import Education
from webapp.domain.geography import STATES
from webapp.domain.label import education_label
from webapp.domain.partner import ContactChannel
from webapp.domain.profile import ZIP_CODE
from webapp.domain.seed import ContactWay
from webapp.ui.choices import CheckboxesField, Option, RadioField, SelectField
from webapp.ui.fields import DayField, EmailField, HiddenField, TelField, TextField
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import WholeNumberField

CHANNEL_LABELS = {
    ContactChannel.EMAIL: "E-mail",
    ContactChannel.PHONE: "Phone call",
    ContactChannel.TEXT: "Text message",
}
WAY_LABELS = {
    ContactWay.EMAIL: "E-mail",
    ContactWay.PHONE: "Phone call",
    ContactWay.TEXT: "Text message",
    ContactWay.POST: "Letter",
}
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _clock_time(_form: Any, field: Any) -> None:
    if not _TIME.fullmatch(field.data or ""):
        raise ValidationError("Write hours and minutes, such as 14:05.")


class SeedForm(BaseForm):
    """Somebody who does not exist, and what they ask for."""

    partner = HiddenField()
    program = SelectField("Program", options=[], unknown=None, required="Choose a program.")
    first_name = TextField("First name", max_length=100, autocomplete="off", width="m", required="Write a first name.")
    last_name = TextField("Last name", max_length=100, autocomplete="off", width="m", required="Write a last name.")
    email = EmailField(
        "E-mail address",
        autocomplete="off",
        hint="One where we read, and that no seed had before: mail to it counts as a contact by itself.",
        required="Write an address where we read.",
    )
    phone = TelField("Phone", autocomplete="off", hint="Only one that we answer, or nothing.")
    channels = CheckboxesField(
        "May be contacted by",
        options=[Option(each, CHANNEL_LABELS[each]) for each in ContactChannel],
        required="Tick at least one.",
    )
    max_attempts = WholeNumberField(
        "At most so many tries", low=1, high=10, example="3", hint="Empty: the student sets no limit."
    )
    education = SelectField(
        "Education",
        options=[Option(each, education_label(each)) for each in Education],
        unknown=None,
        required="Choose one.",
    )
    state = SelectField(
        "State", options=[Option(code, name) for code, name in STATES.items()], unknown=None, required="Choose a state."
    )
    postal_code = TextField("ZIP code", max_length=10, autocomplete="off", width="s", required="Write a ZIP code.")

    def validate_postal_code(self, field: Any) -> None:
        """The engine takes no other (WTForms asks by this name)."""
        if not ZIP_CODE.fullmatch(field.data):
            raise ValidationError("Write the ZIP code as five digits, such as 94110.")

    def validate_channels(self, field: Any) -> None:
        """Calls and texts need a number (WTForms asks by this name)."""
        if not self.phone.data and any(ContactChannel(each).needs_phone for each in field.data):
            raise ValidationError("Calls and texts need a phone number.")

    def profile(self) -> dict[str, Any]:
        """What the engine is told of them."""
        return {
            "background": {"education": self.education.data},
            "practical": {"country": "US", "state": self.state.data, "postal_code": self.postal_code.data},
        }


def seed_form(programs: Iterable[tuple[str, str]], **data: Any) -> SeedForm:
    """The form with the programs of one partner, as (id, name)."""
    field = SelectField(
        "Program", options=[Option(*each) for each in programs], unknown=None, required="Choose a program."
    )
    return type("SeedForm", (SeedForm,), {"program": field})(**data)  # type: ignore[no-any-return]  # a class made here


class ContactForm(BaseForm):
    """A time that the school got in touch."""

    way = RadioField(
        "How",
        options=[Option(way, WAY_LABELS[way]) for way in ContactWay],
        unknown=None,
        inline=True,
        required="Choose how.",
    )
    day = DayField("Day", required="Write the day.")
    clock = TextField(
        "Time (UTC)",
        hint="Hours and minutes, such as 14:05.",
        max_length=5,
        width="s",
        autocomplete="off",
        required="Write the time.",
        checks=[_clock_time],
    )

    def moment(self) -> datetime:
        """When it was, of a form that was found right."""
        hours, minutes = str(self.clock.data).split(":")
        return datetime.combine(self.day.data or date.min, time(int(hours), int(minutes)), tzinfo=UTC)
