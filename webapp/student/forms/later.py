"""Where to mail the link that opens the form again."""

from typing import Any

from webapp.student.forms.request import TRAP_FILLED, MailboxField
from webapp.ui.fields import HoneypotField
from webapp.ui.forms import BaseForm


class LaterForm(BaseForm):
    """One address, used once."""

    email = MailboxField(
        "E-mail address",
        hint="We use it for this one mail and erase it as soon as the mail has left. No school gets it.",
        required="Write your e-mail address, or show the link here instead.",
    )
    homepage = HoneypotField()

    def __init__(self, *args: Any, test_addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test_addresses = test_addresses

    def validate(self, extra_validators: Any = None) -> bool:
        """The address, and that nothing filled in what people do not see."""
        fine = bool(super().validate(extra_validators))
        if self.homepage.is_tripped:
            self.form_errors.append(TRAP_FILLED)
            self.homepage.raw_data = None
            self.homepage.data = None
        return fine and not self.errors
