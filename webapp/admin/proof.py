"""Proving once more who one is, before something that changes how people get in."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.account_forms import ProofForm
from webapp.admin.guard import EVERYONE, needs_role, open_before_setup, staff
from webapp.admin.login import WRONG_CODE, WRONG_PASSWORD, locked, next_page, prove_code, say_codes_left, try_once
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.services import staff_session
from webapp.services.login import Locked, succeed
from webapp.services.password import is_password
from webapp.services.staff_access import password_of

blueprint = Blueprint("proof", __name__, url_prefix="/confirm")


@blueprint.get("")
@needs_role(EVERYONE)
@open_before_setup
def form() -> ResponseReturnValue:
    """The password again, and a code where there is a second step."""
    return _page(ProofForm())


@blueprint.post("")
@rate_limited("20/minute;100/hour")
@needs_role(EVERYONE)
@open_before_setup
def prove() -> ResponseReturnValue:
    """Check both; wrong ones are counted as those at the log-in are."""
    sent, built, who = ProofForm(), runtime(), staff()
    if not who.has_second_step:
        del sent.code
    if not sent.validate_on_submit():
        return _page(sent, 422)
    tried = try_once(f"proof {who.id}")
    if isinstance(tried, Locked):
        return locked(tried)
    with built.begin() as transaction:
        stored = password_of(transaction, who.id)
    # No connection is held while the password is worked on.
    if not is_password(stored, sent.password.data or ""):
        sent.password.errors = [WRONG_PASSWORD]
        return _page(sent, 422)
    proof = prove_code(who.id, sent.code.data or "", tried) if who.has_second_step else None
    if who.has_second_step and proof is None:
        sent.code.errors = [WRONG_CODE]
        return _page(sent, 422)
    with built.begin() as transaction:
        succeed(transaction, tried)
        staff_session.prove(transaction, built.clock, who.session_id)
        write_down(transaction, "proved", "staff", str(who.id))
    say_codes_left(proof)
    return redirect(next_page(url_for("admin.account.index")), 303)


def _page(sent: ProofForm, status: int = 200) -> ResponseReturnValue:
    following = next_page(url_for("admin.account.index"))
    return render_template("admin/proof.html", form=sent, next_page=following), status
