"""The forms about staff accounts: one's own, and those of others."""

from webapp.domain.staff_role import ROLE_LABELS, ROLE_MEANINGS
from webapp.ui.account_forms import CodeForm
from webapp.ui.choices import CheckboxesField, Option
from webapp.ui.fields import EmailField, PasswordField
from webapp.ui.forms import BaseForm

ROLES = [Option(role.value, label, ROLE_MEANINGS[role]) for role, label in ROLE_LABELS.items()]


class ProofForm(CodeForm):
    """Password and code once more. Whoever has no second step is not asked for a code."""

    password = PasswordField("Your password", max_length=200, required="Write the password you log in with.")


class RolesForm(BaseForm):
    """What somebody may do."""

    role = CheckboxesField(
        "Roles",
        options=ROLES,
        hint="Somebody with several may do what any of them may.",
        required="Choose at least one.",
    )


class InviteForm(RolesForm):
    """Somebody new."""

    email = EmailField("E-mail address", autocomplete="off", required="Write their e-mail address.")
