"""The forms of the back office."""

from webapp.admin.words import CLASS_LABELS, FINDING_WORDS, LIFT_WORDS, SUPPRESSION_WORDS
from webapp.domain.complaint import COMPLAINT_WORDS
from webapp.domain.finding import FOUND_BY_STAFF
from webapp.domain.suppression import ADDED_BY_STAFF, EVERY_CLASS, LiftReason
from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.fields import EmailField, TextField
from webapp.ui.forms import BaseForm


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
