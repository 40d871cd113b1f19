"""How far a partner came, and when."""

from datetime import date

from webapp.domain.funnel import CORRECTION_LABELS, FUNNEL_LABELS, CorrectionReason, FunnelStatus
from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.fields import DayField, HiddenField, UploadField
from webapp.ui.forms import BaseForm

NOTHING = "nothing"
STEPS = [Option(status.value, label) for status, label in FUNNEL_LABELS.items()]


class _Answered(BaseForm):
    """What forms of one status and its day share; each says how they are asked for."""

    status: RadioField | SelectField
    on: DayField

    @property
    def answer(self) -> tuple[FunnelStatus, date] | None:
        """What was said; None while something is missing or wrong."""
        if not self.validate() or self.status.data is None or self.on.data is None:
            return None
        return FunnelStatus(self.status.data), self.on.data


class StatusForm(_Answered):
    """One status and its day."""

    status = RadioField(
        "How far did you come?",
        hint="Choose the furthest point. Points in between may be left out.",
        options=STEPS,
        required="Choose how far you came.",
        unknown=None,
    )
    on = DayField("On which day?", required="Write the day on which it came to be.")


class StepForm(_Answered):
    """The same in the portal, where it stands beside a lead or above many."""

    status = SelectField(
        "How far did you come?",
        options=STEPS,
        unknown=None,
        required="Choose how far you came.",
        width="m",
    )
    on = DayField("On which day?", required="Write the day on which it came to be.")


class CorrectionForm(BaseForm):
    """What is right instead, and why what was said is not."""

    reason = SelectField(
        "Why does it not hold?",
        options=[Option(reason.value, label) for reason, label in CORRECTION_LABELS.items()],
        unknown=None,
        required="Choose why it does not hold.",
        width="m",
    )
    status = SelectField(
        "How far did you really come?",
        hint="This step and all after it are taken back first.",
        options=[Option(NOTHING, "Nowhere: take everything back"), *STEPS],
        unknown=None,
        required="Choose how far you really came.",
        width="m",
    )
    on = DayField("On which day?", hint="Not needed where everything is taken back.")

    @property
    def answer(self) -> tuple[CorrectionReason, tuple[FunnelStatus, date] | None] | None:
        """The reason and what is right (None: nothing is); None while something is missing or wrong."""
        if not self.validate() or self.reason.data is None or self.status.data is None:
            return None
        reason = CorrectionReason(self.reason.data)
        if self.status.data == NOTHING:
            return reason, None
        if self.on.data is None:
            self.on.errors = ["Write the day on which it came to be."]
            return None
        return reason, (FunnelStatus(self.status.data), self.on.data)


class StatusFileForm(BaseForm):
    """A file of statuses: chosen, or brought along by the page that showed what it would do."""

    file = UploadField(
        "File of statuses",
        accept=".csv,text/csv",
        hint="CSV in UTF-8 with the columns lead_id, status and date. At most 2 MB and 10,000 rows.",
    )
    kept = HiddenField("The file that was checked", max_length=400_000)
