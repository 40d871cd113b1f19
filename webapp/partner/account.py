"""One's own account: the password, and a second step at log-in."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.one_time_code import enrolment_url
from webapp.domain.partner_role import EVERYONE
from webapp.domain.staff_session import AccountNews
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.services import partner_access, partner_account, partner_login
from webapp.services.account_news import tell_member
from webapp.services.password import is_password
from webapp.ui.account_forms import ChangePasswordForm, CodeForm, ConfirmForm, picture_of
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("account", __name__, url_prefix="/account")

ISSUER = "Program Match"
WRONG = "This is not your password. Check it and try again."


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Both, as they stand."""
    return _page()


@blueprint.post("/password")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
def change_password() -> ResponseReturnValue:
    """Set another password; every log-in ends."""
    sent, built = ChangePasswordForm(), runtime()
    if not sent.validate_on_submit():
        return _page(password=sent, status=422)
    if not _is_own(sent.current.data or ""):
        sent.current.errors = [WRONG]
        return _page(password=sent, status=422)
    try:
        with built.begin() as transaction:
            partner_access.change_password(transaction, built.clock, member().id, sent.password.data or "")
            write_down(transaction, "password_changed", "partner_account", str(member().id))
            _tell(transaction, AccountNews.PASSWORD_CHANGED)
    except Refused as refusal:
        put_beside_fields(sent, refusal, beside="password")
        return _page(password=sent, status=422)
    session.clear()
    flash("Your password is changed. Log in with the new one, here and on your other devices.", "good")
    return redirect(url_for("partner.login.form"), 303)


@blueprint.post("/second-step/begin")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
def begin() -> ResponseReturnValue:
    """Make the secret that the person's device is to share, and show it once."""
    sent, built = ConfirmForm(), runtime()
    if not sent.validate_on_submit() or not _is_own(sent.confirmed.data or ""):
        sent.confirmed.errors = sent.confirmed.errors or [WRONG]
        return _page(confirm=sent, status=422)
    try:
        with built.begin() as transaction:
            secret = partner_account.begin_second_step(transaction, built.seal, member().id)
    except Refused:
        return redirect(url_for("partner.account.index"), 303)
    url = enrolment_url(secret, issuer=ISSUER, account=member().email)
    return render_template(
        "partner/second_step.html", form=CodeForm(formdata=None), secret=secret, picture=picture_of(url)
    )


@blueprint.post("/second-step/confirm")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
def confirm() -> ResponseReturnValue:
    """Switch it on once a code proves that the device has the secret, and show the recovery codes, this once."""
    sent, built = CodeForm(), runtime()
    if not sent.validate_on_submit():
        return render_template("partner/second_step.html", form=sent, secret=None, picture=None), 422
    try:
        with built.begin() as transaction:
            codes = partner_account.confirm_second_step(
                transaction, built.clock, built.seal, member().id, sent.code.data or ""
            )
            write_down(transaction, "second_step_on", "partner_account", str(member().id))
            _tell(transaction, AccountNews.SECOND_STEP_ON)
    except Refused as refusal:
        put_beside_fields(sent, refusal, beside="code")
        return render_template("partner/second_step.html", form=sent, secret=None, picture=None), 422
    return render_template("partner/recovery_codes.html", codes=codes)


@blueprint.post("/second-step/end")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
def end() -> ResponseReturnValue:
    """Switch it off; every log-in ends."""
    sent, built = ConfirmForm(), runtime()
    if not sent.validate_on_submit() or not _is_own(sent.confirmed.data or ""):
        sent.confirmed.errors = sent.confirmed.errors or [WRONG]
        return _page(confirm=sent, status=422)
    with built.begin() as transaction:
        partner_account.end_second_step(transaction, built.clock, member().id)
        write_down(transaction, "second_step_off", "partner_account", str(member().id))
        _tell(transaction, AccountNews.SECOND_STEP_OFF)
    session.clear()
    flash("The second step is off. Log in again.", "good")
    return redirect(url_for("partner.login.form"), 303)


def _tell(transaction: Session, news: AccountNews) -> None:
    tell_member(transaction, runtime().clock, member().partner_id, member().id, news)


def _page(
    *, password: ChangePasswordForm | None = None, confirm: ConfirmForm | None = None, status: int = 200
) -> ResponseReturnValue:
    return (
        render_template(
            "partner/account.html",
            password=password or ChangePasswordForm(formdata=None),
            confirm=confirm or ConfirmForm(formdata=None),
        ),
        status,
    )


def _is_own(typed: str) -> bool:
    with runtime().begin() as transaction:
        known = partner_login.credentials_of(transaction, member().email)
    return is_password(known.password, typed)
