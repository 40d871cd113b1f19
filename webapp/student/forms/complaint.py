"""What a school did wrong, as a student says it."""

from typing import Final

from webapp.domain.complaint import ComplaintKind
from webapp.ui.choices import Option, RadioField
from webapp.ui.forms import BaseForm

YOUR_WORDS: Final = {
    ComplaintKind.TOO_MANY_CONTACTS: "It contacted me more often than I allowed",
    ComplaintKind.WRONG_WAY: "It contacted me in a way or at an hour that I had not allowed",
    ComplaintKind.DID_NOT_STOP: "It did not stop after I had taken the introduction back",
    ComplaintKind.PASSED_ON: "Somebody else has my details from it",
    ComplaintKind.MISLEADING: "What it told me was not true",
    ComplaintKind.OTHER: "Something else",
}


class ComplaintForm(BaseForm):
    """One thing. There is no box for words: what happened is asked by mail, where that is needed."""

    kind = RadioField(
        "What did the school do?",
        options=[Option(kind, words) for kind, words in YOUR_WORDS.items()],
        unknown=None,
        required="Choose what went wrong.",
    )
