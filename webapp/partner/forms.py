"""The forms of the portal."""

from webapp.domain.time_zone import TIME_ZONES
from webapp.ui.choices import Option, SelectField
from webapp.ui.fields import EmailField
from webapp.ui.forms import BaseForm


class SettingForm(BaseForm):
    """Where to write to, and whose midnight a day ends at."""

    contact_email = EmailField(
        "Contact address",
        autocomplete="off",
        hint="Notices about withdrawn, corrected and erased leads are mailed here.",
        required="Write an e-mail address.",
    )
    time_zone = SelectField(
        "Time zone",
        options=[Option(zone, label) for zone, label in TIME_ZONES.items()],
        unknown=None,
        hint="Days and months of your caps begin at midnight there.",
        required="Choose a time zone.",
    )
