"""The form under the list: mail me this, introduce me to these schools."""

from collections.abc import Sequence
from typing import Any

import phonenumbers
import wtforms
from email_validator import EmailNotValidError, validate_email
from wtforms.validators import ValidationError

from webapp.domain.consent import matches_by_mail_text
from webapp.domain.partner import ContactChannel
from webapp.ui.choices import CheckboxesField, CheckField, Option
from webapp.ui.fields import HiddenField, HoneypotField, TelField, TextField
from webapp.ui.forms import BaseForm

CHANNEL_LABELS = {
    ContactChannel.EMAIL: "By e-mail",
    ContactChannel.PHONE: "By phone call",
    ContactChannel.TEXT: "By text message",
}
TOO_FAST = "That was very quick, so we ask once more. Press the button again: nothing you wrote is lost."
TRAP_FILLED = (
    "Something filled in a field that people do not see. Press the button again: nothing else you wrote is lost."
)
PAGE_IS_OLD = "This page was open for a long time. Look at it once more and press the button again."
LIST_CHANGED = (
    "The list has changed since this page was shown. Look at the schools below and tick again. Nothing was sent."
)
TOO_YOUNG = (
    "You told us that you are under 18. We introduce adults only, so nothing was sent. You can have the list mailed, "
    "and apply to any school yourself."
)
_BAD_PHONE = "Check the phone number. It should look like 415 555 0134, or +44 20 7946 0958 from another country."


class SchoolsField(CheckboxesField):
    """One box for each school that can be asked; which ones is known only when the page is made."""

    def offer(self, options: Sequence[Option]) -> None:
        """Offer these boxes, in this order."""
        self.options = list(options)

    def pre_validate(self, form: Any) -> None:
        """Refuse a school that is not on the list (any more)."""
        try:
            super().pre_validate(form)
        except ValidationError as exc:
            raise ValidationError(LIST_CHANGED) from exc


class MailboxField(TextField):
    """An e-mail address that could exist. Reserved test domains pass where the form allows them."""

    kind = "email"
    widget = wtforms.widgets.EmailInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, max_length=254, autocomplete="email", checks=[self._address], **kwargs)

    @staticmethod
    def _address(form: Any, field: Any) -> None:
        try:
            field.data = validate_email(
                field.data, check_deliverability=False, test_environment=form.test_addresses
            ).normalized
        except EmailNotValidError as exc:
            raise ValidationError("Check the e-mail address. It should look like name@example.com.") from exc


class RequestForm(BaseForm):
    """What the student asks for after seeing the list. Nothing in it is ticked or filled beforehand."""

    mail = CheckField("Mail me this list", hint=matches_by_mail_text())
    channels = CheckboxesField(
        "How may the schools you tick below contact you?",
        hint="Needed only if you tick a school. Schools may use only the ways you tick here.",
        options=[Option(channel.value, words) for channel, words in CHANNEL_LABELS.items()],
    )
    schools = SchoolsField(
        "Which schools may we introduce you to?",
        hint="Each box is its own permission. Tick none, one or several.",
        options=[],
    )
    email = MailboxField("E-mail address", required="Write your e-mail address: we confirm there what you asked for.")
    first_name = TextField(
        "First name", hint="Needed only if you ticked a school.", max_length=80, autocomplete="given-name", width="m"
    )
    last_name = TextField(
        "Last name", hint="Needed only if you ticked a school.", max_length=80, autocomplete="family-name", width="m"
    )
    phone = TelField(
        "Phone number", hint="Needed only if you ticked phone calls or text messages. Otherwise leave it empty."
    )
    adult = CheckField("I am 18 or older", hint="Needed only if you ticked a school. We introduce adults only.")
    homepage = HoneypotField()
    ticket = HiddenField(max_length=400)

    def __init__(
        self,
        *args: Any,
        schools: Sequence[Option] = (),
        region: str = "US",
        test_addresses: bool = False,
        is_adult: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schools.offer(schools)
        self.region, self.test_addresses = region, test_addresses
        self.phone_e164: str | None = None
        if is_adult:
            # Said in the form already; nobody is asked the same twice.
            del self.adult

    @property
    def states_adult(self) -> bool:
        """Whether the student says to be 18 or older, here or in the form before."""
        return "adult" not in self or bool(self.adult.data)

    @property
    def chosen_channels(self) -> frozenset[ContactChannel]:
        """The ways ticked."""
        return frozenset(ContactChannel(value) for value in self.channels.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then what one answer asks of another."""
        fine = bool(super().validate(extra_validators))
        self._check_request()
        if self.schools.data:
            self._check_person()
        self._check_phone()
        if self.homepage.is_tripped:
            self.form_errors.append(TRAP_FILLED)
            self.homepage.raw_data = None
            self.homepage.data = None
        return fine and not self.errors

    def _check_request(self) -> None:
        if not self.mail.data and not self.schools.data and not self.schools.errors:
            _refuse(self.mail, "Tick this box or at least one school. If you want neither, you are done here.")

    def _check_person(self) -> None:
        if not self.channels.data:
            _refuse(self.channels, "Tick at least one way in which the schools may contact you.")
        if not self.first_name.data:
            _refuse(self.first_name, "Write your first name, so that the school knows whom to write to.")
        if not self.last_name.data:
            _refuse(self.last_name, "Write your last name, so that the school knows whom to write to.")
        if not self.states_adult:
            _refuse(
                self.adult, "We introduce only people of 18 or older. If you are younger, have the list mailed instead."
            )

    def _check_phone(self) -> None:
        """Read the number only where a way was ticked that needs one; otherwise it is not kept."""
        self.phone_e164 = None
        if self.phone.errors or not self.schools.data or not any(c.needs_phone for c in self.chosen_channels):
            return
        if not self.phone.data:
            _refuse(self.phone, "Write your phone number, or untick phone calls and text messages.")
            return
        try:
            number = phonenumbers.parse(self.phone.data, self.region)
        except phonenumbers.NumberParseException:
            _refuse(self.phone, _BAD_PHONE)
            return
        if not phonenumbers.is_valid_number(number):
            _refuse(self.phone, _BAD_PHONE)
            return
        self.phone_e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refuse(field: Any, text: str) -> None:
    if not field.errors:
        field.errors = [text]
