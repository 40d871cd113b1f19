"""Forms about the people of a partner: inviting somebody, and what they may do."""

from webapp.domain.partner_role import ROLE_LABELS, ROLE_MEANINGS
from webapp.ui.choices import Option, RadioField
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
