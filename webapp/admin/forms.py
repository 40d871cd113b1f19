"""The forms of the back office."""

import re
from typing import Any

from wtforms.validators import ValidationError

from webapp.admin.words import CLASS_LABELS, FINDING_WORDS, LIFT_WORDS, SUPPRESSION_WORDS
from webapp.domain.complaint import COMPLAINT_WORDS
from webapp.domain.finding import FOUND_BY_STAFF
from webapp.domain.suppression import ADDED_BY_STAFF, EVERY_CLASS, LiftReason
from webapp.ui.choices import CheckField, Option, RadioField, SelectField
from webapp.ui.fields import EmailField, PasswordField, TextField, UploadField
from webapp.ui.forms import BaseForm

_SOURCE = re.compile(r"[a-z0-9][a-z0-9.-]*")


def _source_name(_form: Any, field: Any) -> None:
    if not _SOURCE.fullmatch(field.data):
        raise ValidationError("Use small letters, digits, dots and hyphens, such as csv or state-list.")


class LoginForm(BaseForm):
    """E-mail and password."""

    email = EmailField("E-mail address", autocomplete="username", required="Write your e-mail address.")
    password = PasswordField("Password", max_length=200, required="Write your password.")


class FindForm(BaseForm):
    """One box for ids, addresses and program names."""

    text = TextField("Find", max_length=254, required="Write what to look for.")


class FindAddressForm(BaseForm):
    """An address whose suppressions are looked for."""

    address = EmailField("E-mail address", autocomplete="off", required="Write the address.")


class SuppressForm(BaseForm):
    """An address that is to get no more mail, of what, and why."""

    EVERYTHING = "everything"

    address = EmailField("E-mail address", autocomplete="off", required="Write the address.")
    scope = SelectField(
        "Which mail",
        options=[
            Option(EVERYTHING, "All of it, also what it asks for"),
            *(Option(each.value, CLASS_LABELS[each]) for each in EVERY_CLASS),
        ],
        required="Choose which mail.",
        unknown=None,
    )
    reason = RadioField(
        "Why?",
        options=[Option(each.value, SUPPRESSION_WORDS[each]) for each in ADDED_BY_STAFF],
        required="Choose why.",
        unknown=None,
    )


class LiftForm(BaseForm):
    """Why an address may have mail again."""

    reason = RadioField(
        "Why may it have mail again?",
        options=[Option(each.value, LIFT_WORDS[each]) for each in LiftReason],
        required="Choose why.",
        unknown=None,
    )


class MarkInvalidForm(BaseForm):
    """What is wrong with the details of a lead, as somebody found by looking."""

    finding = RadioField(
        "What is wrong?",
        options=[Option(finding.value, FINDING_WORDS[finding]) for finding in FOUND_BY_STAFF],
        required="Choose what is wrong.",
        unknown=None,
    )


class ComplaintForm(BaseForm):
    """What a student told us that a school did wrong. Their own words are kept nowhere."""

    kind = RadioField(
        "What did the student tell us?",
        options=[Option(kind.value, words) for kind, words in COMPLAINT_WORDS.items()],
        required="Choose what it is about.",
        unknown=None,
    )


class UploadForm(BaseForm):
    """A listing file to check."""

    file = UploadField(
        "Listing file",
        accept=".csv,text/csv",
        hint="CSV in UTF-8 with the header row of the listing format, at most 50 MB.",
        required="Choose a listing file.",
    )
    source = TextField(
        "Name of the source",
        hint="Only listings of this source are changed or withdrawn. Small letters, digits, dots and hyphens.",
        max_length=40,
        required="Name the source, such as csv.",
        width="m",
        checks=[_source_name],
    )
    allow_withdrawals = CheckField(
        "The file is complete: withdraw every listing of this source that it does not name",
        hint="Needed only when more than half of them would go.",
    )
