"""How far a partner came, and when."""

from datetime import date

from webapp.domain.funnel import FUNNEL_LABELS, FunnelStatus
from webapp.ui.choices import Option, RadioField
from webapp.ui.fields import DayField
from webapp.ui.forms import BaseForm


class StatusForm(BaseForm):
    """One status and its day."""

    status = RadioField(
        "How far did you come?",
        hint="Choose the furthest point. Points in between may be left out.",
        options=[Option(status.value, label) for status, label in FUNNEL_LABELS.items()],
        required="Choose how far you came.",
        unknown=None,
    )
    on = DayField("On which day?", required="Write the day on which it came to be.")

    @property
    def answer(self) -> tuple[FunnelStatus, date] | None:
        """What was said; None while something is missing or wrong."""
        if not self.validate() or self.status.data is None or self.on.data is None:
            return None
        return FunnelStatus(self.status.data), self.on.data
