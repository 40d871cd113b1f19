"""Why a lead is to go back."""

from webapp.domain.lead_return import LONGEST_WORDS, PARTNERS_REASONS, RETURN_REASON_LABELS
from webapp.ui.choices import Option, RadioField
from webapp.ui.fields import DayField, TextAreaField
from webapp.ui.forms import BaseForm


class ReturnForm(BaseForm):
    """A reason of the list, and what speaks for it."""

    reason = RadioField(
        "What is wrong with it?",
        options=[Option(each, RETURN_REASON_LABELS[each]) for each in PARTNERS_REASONS],
        unknown=None,
        required="Choose what is wrong with it.",
    )
    duplicate_on = DayField(
        "Since which day did you have the student?", hint="Only where you had the student already; needed there."
    )
    words = TextAreaField(
        "What speaks for it",
        hint="For example when you called or wrote, and what came back. Our staff read it. "
        "Needed for “Something else”.",
        rows=4,
        max_length=LONGEST_WORDS,
    )
