"""The second step of one's own log-in: set up, new recovery codes, switched off."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.guard import EVERYONE, needs_fresh_proof, needs_role, open_before_setup, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.one_time_code import enrolment_url
from webapp.services import staff_second_step
from webapp.ui.account_forms import CodeForm, picture_of
from webapp.ui.refusals import put_beside_fields, tell

blueprint = Blueprint("second_step", __name__, url_prefix="/account/second-step")

ISSUER = "Program Match staff"
BACK = "admin.second_step.index"


@blueprint.get("")
@needs_role(EVERYONE)
@open_before_setup
def index() -> ResponseReturnValue:
    """What it is, and the button that begins it."""
    if staff().has_second_step:
        return redirect(url_for("admin.account.index"))
    return render_template("admin/second_step_intro.html", is_required=staff().must_set_up)


@blueprint.post("/begin")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
@open_before_setup
@needs_fresh_proof(BACK)
def begin() -> ResponseReturnValue:
    """Make the secret that the person's device is to share, and show it once."""
    built, who = runtime(), staff()
    try:
        with built.begin() as transaction:
            secret = staff_second_step.begin(transaction, built.seal, who.id)
            write_down(transaction, "second_step_begun", "staff", str(who.id))
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("admin.account.index"), 303)
    url = enrolment_url(secret, issuer=ISSUER, account=who.email)
    return render_template(
        "admin/second_step.html", form=CodeForm(formdata=None), secret=secret, picture=picture_of(url)
    )


@blueprint.post("/confirm")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
@open_before_setup
@needs_fresh_proof(BACK)
def confirm() -> ResponseReturnValue:
    """Switch it on once a code proves that the device has the secret, and show the recovery codes, this once."""
    sent, built, who = CodeForm(), runtime(), staff()
    if not sent.validate_on_submit():
        return render_template("admin/second_step.html", form=sent, secret=None, picture=None), 422
    try:
        with built.begin() as transaction:
            codes = staff_second_step.confirm(
                transaction, built.clock, built.seal, who.id, sent.code.data or "", session_id=who.session_id
            )
            _write_switch(transaction, "second_step_on", on=True)
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return render_template("admin/second_step.html", form=sent, secret=None, picture=None), 422
    built.wake_up.nudge()
    return render_template("admin/recovery_codes.html", codes=codes, is_new=True)


@blueprint.post("/recovery-codes")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
@needs_fresh_proof("admin.account.index")
def make_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes, shown this once; those before work no more."""
    built, who = runtime(), staff()
    try:
        with built.begin() as transaction:
            left = staff_second_step.recovery_codes_left(transaction, who.id)
            codes = staff_second_step.make_recovery_codes(transaction, built.clock, who.id)
            write_down(
                transaction,
                "recovery_codes_made",
                "staff",
                str(who.id),
                before={"codes_left": left},
                after={"codes_left": len(codes)},
            )
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("admin.account.index"), 303)
    built.wake_up.nudge()
    return render_template("admin/recovery_codes.html", codes=codes, is_new=False)


@blueprint.post("/end")
@rate_limited("10/minute;30/hour")
@needs_role(EVERYONE)
@needs_fresh_proof("admin.account.index")
def end() -> ResponseReturnValue:
    """Switch it off; every other log-in ends."""
    built, who = runtime(), staff()
    try:
        with built.begin() as transaction:
            staff_second_step.end(transaction, built.clock, who.id, session_id=who.session_id)
            _write_switch(transaction, "second_step_off", on=False)
    except Refused as refusal:
        tell(refusal)
    else:
        built.wake_up.nudge()
        flash("The second step is off. Your other log-ins have ended.", "good")
    return redirect(url_for("admin.account.index"), 303)


def _write_switch(transaction: Session, action: str, *, on: bool) -> None:
    before, after = {"second_step": not on}, {"second_step": on}
    write_down(transaction, action, "staff", str(staff().id), before=before, after=after)
