"""The forms of the back office."""

from webapp.admin.words import FINDING_WORDS
from webapp.domain.finding import FOUND_BY_STAFF
from webapp.ui.choices import Option, RadioField
from webapp.ui.fields import EmailField, PasswordField, TextField
from webapp.ui.forms import BaseForm


class LoginForm(BaseForm):
    """E-mail and password."""

    email = EmailField("E-mail address", autocomplete="username", required="Write your e-mail address.")
    password = PasswordField("Password", max_length=200, required="Write your password.")


class FindForm(BaseForm):
    """One box for ids, addresses and program names."""

    text = TextField("Find", max_length=254, required="Write what to look for.")


class MarkInvalidForm(BaseForm):
    """What is wrong with the details of a lead, as somebody found by looking."""

    finding = RadioField(
        "What is wrong?",
        options=[Option(finding.value, FINDING_WORDS[finding]) for finding in FOUND_BY_STAFF],
        required="Choose what is wrong.",
        unknown=None,
    )
