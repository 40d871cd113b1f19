"""One's own account: the password, the second step as it stands, and where one is logged in."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, needs_role, staff
from webapp.admin.login import WRONG_PASSWORD, forget, locked, try_once
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.domain.one_time_code import RECOVERY_CODES
from webapp.queries.staff import get_staff_member, is_second_step_required, list_log_ins
from webapp.services import staff_access, staff_session
from webapp.services.login import Locked, succeed
from webapp.services.password import is_password
from webapp.ui.account_forms import ChangePasswordForm
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """All of it."""
    return _page(ChangePasswordForm(formdata=None))


@blueprint.post("/password")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
def change_password() -> ResponseReturnValue:
    """Set another password; every log-in ends, and a mail says so."""
    sent, built, who = ChangePasswordForm(), runtime(), staff()
    if not sent.validate_on_submit():
        return _page(sent, 422)
    tried = try_once(f"proof {who.id}")
    if isinstance(tried, Locked):
        return locked(tried)
    with built.begin() as transaction:
        stored = staff_access.password_of(transaction, who.id)
    if not is_password(stored, sent.current.data or ""):
        sent.current.errors = [WRONG_PASSWORD]
        return _page(sent, 422)
    try:
        with built.begin() as transaction:
            succeed(transaction, tried)
            staff_access.change_password(transaction, built.clock, who.id, sent.password.data or "")
            write_down(transaction, "password_changed", "staff", str(who.id))
    except Refused as refusal:
        put_beside_fields(sent, refusal, beside="password")
        return _page(sent, 422)
    built.wake_up.nudge()
    forget()
    flash("Your password is changed. Log in with the new one, here and on your other devices.", "good")
    return redirect(url_for("admin.login.form"), 303)


@blueprint.post("/log-ins/<uuid:row_id>/end")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def end_log_in(row_id: UUID) -> ResponseReturnValue:
    """End one other log-in of one's own."""
    built, who = runtime(), staff()
    try:
        with built.begin() as transaction:
            staff_session.end(transaction, built.clock, who.id, row_id)
            write_down(
                transaction, "log_in_ended", "staff_session", str(row_id), before={"open": True}, after={"open": False}
            )
    except NotFound:
        flash("That log-in has ended already.", "warm")
        return redirect(url_for("admin.account.index"), 303)
    if row_id == who.session_id:
        forget()
        return redirect(url_for("admin.login.form"), 303)
    flash("That log-in has ended. Whoever had it has to log in again.", "good")
    return redirect(url_for("admin.account.index"), 303)


@blueprint.post("/log-ins/end-others")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def end_others() -> ResponseReturnValue:
    """End every log-in of one's own but this."""
    built, who = runtime(), staff()
    with built.begin() as transaction:
        count = staff_session.end_others(transaction, built.clock, who.id, but=who.session_id)
        write_down(transaction, "log_ins_ended", "staff", str(who.id), before={"others": count}, after={"others": 0})
    flash("Every other log-in has ended; this one goes on.", "good")
    return redirect(url_for("admin.account.index"), 303)


def _page(password: ChangePasswordForm, status: int = 200) -> ResponseReturnValue:
    built, who = runtime(), staff()
    with built.begin() as transaction:
        me = get_staff_member(transaction, who.id)
        log_ins = list_log_ins(transaction, who.id, built.clock.now())
        is_required = is_second_step_required(transaction)
    return render_template(
        "admin/account.html",
        me=me,
        log_ins=log_ins,
        is_required=is_required,
        this_id=who.session_id,
        codes_made=RECOVERY_CODES,
        password=password,
    ), status
