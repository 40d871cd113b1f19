"""The forms of the portal."""

from webapp.domain.partner_role import ROLE_LABELS, ROLE_MEANINGS
from webapp.domain.time_zone import TIME_ZONES
from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.fields import EmailField, TextField
from webapp.ui.forms import BaseForm

ROLES = [Option(role, label, ROLE_MEANINGS[role]) for role, label in ROLE_LABELS.items()]


class InviteForm(BaseForm):
    """Somebody to join the team."""

    email = EmailField("E-mail address", autocomplete="off", required="Write their e-mail address.")
    name = TextField("Name", max_length=100, autocomplete="off", hint="As the team knows them. May stay empty.")
    role = RadioField("Role", options=ROLES, unknown=None, required="Choose what they may do.")


class RoleForm(BaseForm):
    """Another role for somebody."""

    role = RadioField("Role", options=ROLES, unknown=None, required="Choose what they may do.")


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
