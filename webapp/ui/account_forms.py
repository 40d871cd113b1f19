"""Forms for one's own account, of staff and of partners alike."""

import base64
import io

import qrcode
import qrcode.image.svg

from webapp.ui.fields import EmailField, PasswordField, TextField
from webapp.ui.forms import BaseForm

NEW_PASSWORD_HINT = "12 characters or more. Four unrelated words do well."  # noqa: S105  # a hint


class LoginForm(BaseForm):
    """E-mail and password."""

    email = EmailField("E-mail address", autocomplete="username", required="Write your e-mail address.")
    password = PasswordField("Password", max_length=200, required="Write your password.")


class ForgottenForm(BaseForm):
    """Where to mail a link to."""

    email = EmailField("E-mail address", autocomplete="username", required="Write your e-mail address.")


class CodeForm(BaseForm):
    """The second step of logging in, or its first code."""

    code = TextField(
        "Code",
        max_length=20,
        autocomplete="one-time-code",
        required="Write the code.",
        width="m",
    )


class NewPasswordForm(BaseForm):
    """A password to be set."""

    password = PasswordField(
        "New password",
        max_length=200,
        autocomplete="new-password",
        hint=NEW_PASSWORD_HINT,
        required="Choose a password.",
    )


class ChangePasswordForm(NewPasswordForm):
    """A password to be set by somebody who is logged in."""

    current = PasswordField("Your password now", max_length=200, required="Write the password you log in with.")


class ConfirmForm(BaseForm):
    """The password once more, before something that changes how one logs in."""

    confirmed = PasswordField("Your password now", max_length=200, required="Write the password you log in with.")


def picture_of(url: str) -> str:
    """The address as a picture to scan, in the page itself: the secret in it goes to nobody else."""
    image = qrcode.make(url, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    drawn = io.BytesIO()
    image.save(drawn)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
