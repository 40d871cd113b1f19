"""The forms of the privacy desk."""

from webapp.domain.privacy_request import (
    KIND_LABELS,
    LAW_LABELS,
    LONGEST_WORDS,
    OUTCOME_LABELS,
    SOURCE_LABELS,
    RequestSource,
)
from webapp.ui.choices import Option, RadioField
from webapp.ui.fields import DayField, EmailField, TextAreaField
from webapp.ui.forms import BaseForm


class PrivacyRequestForm(BaseForm):
    """A request that reached us by letter, by phone or by mail."""

    kind = RadioField(
        "What do they ask for?",
        options=[Option(each.value, words) for each, words in KIND_LABELS.items()],
        required="Choose what they ask for.",
        unknown=None,
    )
    law = RadioField(
        "Which clock runs?",
        hint="Where both could, take the shorter one: the GDPR.",
        options=[Option(each.value, words) for each, words in LAW_LABELS.items()],
        required="Choose which law.",
        unknown=None,
    )
    source = RadioField(
        "How did it reach us?",
        options=[
            Option(each.value, words) for each, words in SOURCE_LABELS.items() if each is not RequestSource.OWN_PAGE
        ],
        required="Choose how it reached us.",
        unknown=None,
    )
    received_on = DayField("On which day?", required="Give the day on which it reached us.")
    address = EmailField(
        "Their e-mail address",
        hint="What we hold is found by it. Only a keyed hash of it is kept here. Leave it empty where they gave none.",
        autocomplete="off",
    )


class ExtendForm(BaseForm):
    """Why a request takes longer."""

    words = TextAreaField(
        "Why does it take longer?",
        hint="They have to be told of this before the first time is over. Do not name them here.",
        max_length=LONGEST_WORDS,
        required="Say why it takes longer.",
    )


class CloseForm(BaseForm):
    """How a request ended."""

    outcome = RadioField(
        "How did it end?",
        options=[Option(each.value, words) for each, words in OUTCOME_LABELS.items()],
        required="Choose how it ended.",
        unknown=None,
    )
    note = TextAreaField(
        "What was answered, and how?",
        hint="Such as: copy sent by post on March 3. Do not name them here.",
        max_length=LONGEST_WORDS,
        required="Say what was answered, and how.",
    )
