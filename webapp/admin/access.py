"""Setting a password by a mailed link: an invitation, or a new password for one forgotten."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import open_to_all
from webapp.context import client_address, rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.queries.staff import find_staff_link
from webapp.services import audit, staff_access
from webapp.ui.account_forms import ForgottenForm, NewPasswordForm
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("access", __name__)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """The link is a key: no search engine may keep what is behind it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/forgotten")
@open_to_all
def forgotten() -> ResponseReturnValue:
    """Where to ask for a new password."""
    return render_template("admin/forgotten.html", form=ForgottenForm(), is_sent=False)


@blueprint.post("/forgotten")
@rate_limited("5/minute;20/hour")
@open_to_all
def ask() -> ResponseReturnValue:
    """Mail a link, if the address has an account. The page says the same either way."""
    sent, built = ForgottenForm(), runtime()
    if not sent.validate_on_submit():
        return render_template("admin/forgotten.html", form=sent, is_sent=False), 422
    with built.begin() as transaction:
        staff_access.ask_for_new_password(transaction, built.clock, built.links, sent.email.data or "")
    built.wake_up.nudge()
    return render_template("admin/forgotten.html", form=sent, is_sent=True)


@blueprint.get("/access/<token>")
@open_to_all
def form(token: str) -> ResponseReturnValue:
    """The form to set a password. Opening it changes nothing: mail programs open links by themselves."""
    return _page(token, NewPasswordForm())


@blueprint.post("/access/<token>")
@rate_limited("20/minute;100/hour")
@open_to_all
def set_password(token: str) -> ResponseReturnValue:
    """Set the password, use the link up and end every log-in of the account."""
    sent, built = NewPasswordForm(), runtime()
    if not sent.validate_on_submit():
        return _page(token, sent, 422)
    try:
        with built.begin() as transaction:
            account = staff_access.set_password(transaction, built.clock, token, sent.password.data or "")
            audit.record(
                transaction,
                built.clock,
                staff_id=account.id,
                actor=account.email,
                action="password_set",
                object_type="staff",
                object_id=str(account.id),
                remote_address=client_address(),
            )
    except NotFound:
        return _page(token, sent, 404)
    except Refused as refusal:
        put_beside_fields(sent, refusal, beside="password")
        return _page(token, sent, 422)
    built.wake_up.nudge()
    session.clear()
    flash("Your password is set. Log in with it.", "good")
    return redirect(url_for("admin.login.form"), 303)


def _page(token: str, sent: NewPasswordForm, status: int = 200) -> ResponseReturnValue:
    if not token.isascii():
        abort(404)
    with runtime().begin() as transaction:
        link = find_staff_link(transaction, token, runtime().clock.now())
    if link is None:
        return render_template("admin/access_over.html"), 404
    return render_template("admin/access.html", form=sent, link=link, token=token), status
