"""The forms around the my-data page: finding it again, and correcting who one is."""

from typing import Any

from webapp.student.forms.phone import BAD_PHONE, e164
from webapp.student.forms.request import MailboxField
from webapp.ui.fields import HoneypotField, TelField, TextField
from webapp.ui.forms import BaseForm


class FindForm(BaseForm):
    """Whose page is looked for."""

    email = MailboxField("E-mail address", required="Write the e-mail address you gave us.")
    homepage = HoneypotField()

    def __init__(self, *args: Any, test_addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test_addresses = test_addresses


class DetailsForm(BaseForm):
    """Who the student is. Names are needed where a school was to be introduced."""

    first_name = TextField("First name", max_length=80, autocomplete="given-name", width="m")
    last_name = TextField("Last name", max_length=80, autocomplete="family-name", width="m")
    phone = TelField("Phone number", hint="Empty it and we, and the schools that have it, are to delete it.")
    email = MailboxField(
        "E-mail address",
        hint="We mail a link to a new address. Until it is used there, the old one stays.",
        required="Write your e-mail address.",
    )

    def __init__(self, *args: Any, names_needed: bool = False, test_addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names_needed, self.test_addresses = names_needed, test_addresses
        self.phone_e164: str | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then the number, then the names."""
        fine = bool(super().validate(extra_validators))
        self.phone_e164 = None
        if self.phone.data and not self.phone.errors:
            self.phone_e164 = e164(self.phone.data)
            if self.phone_e164 is None:
                self.phone.errors = [BAD_PHONE]
        for field in (self.first_name, self.last_name):
            if self.names_needed and not field.data and not field.errors:
                field.errors = ["Write this name: schools were to be introduced to you under it."]
        return fine and not self.errors
