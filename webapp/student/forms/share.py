"""Making a link to a list."""

from webapp.ui.choices import Option, RadioField
from webapp.ui.fields import HiddenField
from webapp.ui.forms import BaseForm

KEEP_DAYS = {"7": "7 days", "30": "30 days", "90": "90 days"}


class ShareForm(BaseForm):
    """How long the link works, and what was seen when the button was pressed."""

    keep = RadioField(
        "How long should the link work?",
        hint="You can revoke it at any time. It also ends when your answers are deleted.",
        options=[Option(days, words) for days, words in KEEP_DAYS.items()],
        required="Choose how long the link should work.",
        unknown=None,
        inline=True,
    )
    shown_list = HiddenField()
    with_verdicts = HiddenField()
    with_reasons = HiddenField()
    seen = HiddenField()
