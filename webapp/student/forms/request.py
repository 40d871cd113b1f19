"""The form under the list: mail me this. And what it shares with the form for introductions."""

from typing import Any

import wtforms
from email_validator import EmailNotValidError, validate_email
from wtforms.validators import ValidationError

from webapp.domain.consent import matches_by_mail_text
from webapp.ui.fields import HiddenField, HoneypotField, TextField
from webapp.ui.forms import BaseForm

TOO_FAST = "That was very quick, so we ask once more. Press the button again: nothing you wrote is lost."
TRAP_FILLED = (
    "Something filled in a field that people do not see. Press the button again: nothing else you wrote is lost."
)
PAGE_IS_OLD = "This page was open for a long time. Look at it once more and press the button again."


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
    """Have the list mailed: one address, and the button is the permission."""

    email = MailboxField(
        "E-mail address", hint=matches_by_mail_text(), required="Write the e-mail address we may send the list to."
    )
    homepage = HoneypotField()
    ticket = HiddenField(max_length=400)

    def __init__(self, *args: Any, test_addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test_addresses = test_addresses

    def validate(self, extra_validators: Any = None) -> bool:
        """The address, and that no machine filled in what people do not see."""
        super().validate(extra_validators)
        if self.homepage.is_tripped:
            self.form_errors.append(TRAP_FILLED)
            self.homepage.raw_data = None
            self.homepage.data = None
        return not self.errors


class SendForm(BaseForm):
    """The button beneath what will be sent."""

    ticket = HiddenField(max_length=400)
