"""Setting a password by a mailed link: an invitation, or a new password for one forgotten."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from webapp.context import client_address, rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.partner.guard import open_to_all
from webapp.queries.partner_team import find_access_link
from webapp.services import audit, partner_access
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
    return render_template("partner/forgotten.html", form=ForgottenForm(), is_sent=False)


@blueprint.post("/forgotten")
@rate_limited("5/minute;20/hour")
@open_to_all
def ask() -> ResponseReturnValue:
    """Mail a link, if the address has an account. The page says the same either way."""
    sent = ForgottenForm()
    if not sent.validate_on_submit():
        return render_template("partner/forgotten.html", form=sent, is_sent=False), 422
    built = runtime()
    with built.begin() as transaction:
        partner_access.ask_for_new_password(transaction, built.clock, built.links, sent.email.data or "")
    built.wake_up.nudge()
    return render_template("partner/forgotten.html", form=sent, is_sent=True)


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
            account = partner_access.set_password(transaction, built.clock, token, sent.password.data or "")
            audit.record(
                transaction,
                built.clock,
                staff_id=None,
                partner_id=account.partner_id,
                actor=account.email,
                action="password_set",
                object_type="partner_account",
                object_id=str(account.id),
                remote_address=client_address(),
            )
    except NotFound:
        return _page(token, sent, 404)
    except Refused as refusal:
        put_beside_fields(sent, refusal, beside="password")
        return _page(token, sent, 422)
    session.clear()
    flash("Your password is set. Log in with it.", "good")
    return redirect(url_for("partner.login.form"), 303)


def _page(token: str, sent: NewPasswordForm, status: int = 200) -> ResponseReturnValue:
    if not token.isascii():
        abort(404)
    with runtime().begin() as transaction:
        link = find_access_link(transaction, token, runtime().clock.now())
    if link is None:
        return render_template("partner/access_over.html"), 404
    return render_template("partner/access.html", form=sent, link=link, token=token), status
