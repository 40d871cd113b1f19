"""Logging in to the portal and out: a session of its own, which a log-in of staff neither opens nor needs.

The cookie names a stamp of the account. Whatever ends sessions (another role, another password, logging out) gives the
account a new one.
"""

import math
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.context import client_address, rate_limited, runtime
from webapp.domain.partner_role import EVERYONE
from webapp.observability.log import get_logger
from webapp.partner.guard import find_member, member, needs_role, open_to_all
from webapp.partner.trail import write_down
from webapp.services import partner_login
from webapp.services.login import Locked, LoginTry, begin_try, succeed
from webapp.services.partner_account import passes_second_step
from webapp.services.password import is_password
from webapp.ui.account_forms import CodeForm, LoginForm
from webapp.ui.next_page import page_within

blueprint = Blueprint("login", __name__)
log = get_logger(__name__)

HOME: Final = "/partner/"
SESSION: Final = "partner_session"
HALF: Final = "partner_half_session"
"""Where a browser stands whose person has given the password and not yet the code."""
SESSION_LIFE: Final = timedelta(hours=12)
IDLE_LIFE: Final = timedelta(hours=2)
HALF_LIFE: Final = timedelta(minutes=10)
SEEN_EVERY_SECONDS: Final = 60


def load_member() -> None:
    """Find out who is logged in, and end a log-in that is too old or was idle too long."""
    g.member = None
    kept = session.get(SESSION)
    if not isinstance(kept, dict):
        return
    now = _now()
    if now - kept["at"] > SESSION_LIFE.total_seconds() or now - kept["seen"] > IDLE_LIFE.total_seconds():
        session.pop(SESSION)
        return
    with runtime().begin() as transaction:
        g.member = partner_login.find_member(transaction, kept["stamp"])
    if g.member is None:
        session.pop(SESSION)
    elif now - kept["seen"] > SEEN_EVERY_SECONDS:
        session[SESSION] = {**kept, "seen": now}


@blueprint.get("/login")
@open_to_all
def form() -> ResponseReturnValue:
    """The log-in page; whoever is logged in goes on."""
    if find_member() is not None:
        return redirect(_next_page())
    return render_template("partner/login.html", form=LoginForm(), next_page=_next_page())


@blueprint.post("/login")
@rate_limited("30/minute;300/hour")
@open_to_all
def log_in() -> ResponseReturnValue:
    """Check e-mail and password. One answer for every way of being wrong; 429 with the wait after too many."""
    sent = LoginForm()
    if not sent.validate_on_submit():
        return render_template("partner/login.html", form=sent, next_page=_next_page()), 422
    email = sent.email.data or ""
    tried = _begin_try(f"partner {email}")
    if isinstance(tried, Locked):
        return _locked(tried)
    built = runtime()
    with built.begin() as transaction:
        known = partner_login.credentials_of(transaction, email)
    # No connection is held while the password is worked on.
    if not is_password(known.password, sent.password.data or "") or known.account_id is None:
        log.warning("partner log-in failed")
        sent.password.errors = ["The e-mail address or the password is not right. Check both and try again."]
        return render_template("partner/login.html", form=sent, next_page=_next_page()), 422
    with built.begin() as transaction:
        succeed(transaction, tried)
        stamp = partner_login.begin_session(transaction, built.clock, known.account_id)
    if known.has_second_step:
        _start_over(HALF, {"stamp": stamp, "at": _now()})
        return redirect(url_for("partner.login.code_form", next=_next_page()))
    return _enter(stamp)


@blueprint.get("/login/code")
@open_to_all
def code_form() -> ResponseReturnValue:
    """The second step of logging in."""
    if _half() is None:
        return redirect(url_for("partner.login.form", next=_next_page()))
    return render_template("partner/login_code.html", form=CodeForm(), next_page=_next_page())


@blueprint.post("/login/code")
@rate_limited("30/minute;300/hour")
@open_to_all
def check_code() -> ResponseReturnValue:
    """Check the code of the person's device, or a recovery code."""
    who, sent = _half(), CodeForm()
    if who is None:
        return redirect(url_for("partner.login.form", next=_next_page()))
    if not sent.validate_on_submit():
        return render_template("partner/login_code.html", form=sent, next_page=_next_page()), 422
    tried = _begin_try(f"partner code {who.id}")
    if isinstance(tried, Locked):
        return _locked(tried)
    built = runtime()
    with built.begin() as transaction:
        is_right = passes_second_step(transaction, built.clock, built.seal, who.id, sent.code.data or "")
        if is_right:
            succeed(transaction, tried)
    if not is_right:
        sent.code.errors = ["This code is not right, or was used already. Wait for the next one and try again."]
        return render_template("partner/login_code.html", form=sent, next_page=_next_page()), 422
    return _enter(session[HALF]["stamp"])


@blueprint.post("/logout")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def log_out() -> ResponseReturnValue:
    """End every log-in of this account, so that a copied cookie opens nothing."""
    with runtime().begin() as transaction:
        partner_login.end_sessions(transaction, member().id)
        write_down(transaction, "logged_out", "partner_account", str(member().id))
    session.clear()
    flash("You are logged out, here and on every other device.", "good")
    return redirect(url_for("partner.login.form"))


def _enter(stamp: str) -> ResponseReturnValue:
    now, following = _now(), _next_page()
    _start_over(SESSION, {"stamp": stamp, "at": now, "seen": now})
    with runtime().begin() as transaction:
        g.member = partner_login.find_member(transaction, stamp)
        if find_member() is None:
            return redirect(url_for("partner.login.form"))
        write_down(transaction, "logged_in", "partner_account", str(member().id))
    return redirect(following)


def _now() -> float:
    """As it stands in the cookie: seconds since 1970."""
    return runtime().clock.now().timestamp()


def _start_over(key: str, value: dict[str, Any]) -> None:
    """Whatever the browser brought along, somebody else may have put there: a staff log-in in it ends as well."""
    session.clear()
    session[key] = value


def _half() -> partner_login.Member | None:
    kept = session.get(HALF)
    if not isinstance(kept, dict) or _now() - kept["at"] > HALF_LIFE.total_seconds():
        return None
    with runtime().begin() as transaction:
        return partner_login.find_member(transaction, kept["stamp"])


def _begin_try(account: str) -> LoginTry | Locked:
    built = runtime()
    with built.begin() as transaction:
        return begin_try(transaction, built.clock, built.links.secret, account=account, address=client_address())


def _locked(locked: Locked) -> ResponseReturnValue:
    log.warning("partner log-in locked", seconds=math.ceil(locked.wait.total_seconds()))
    minutes = math.ceil(locked.wait.total_seconds() / 60)
    response = make_response(render_template("partner/locked.html", minutes=minutes), 429)
    response.headers["Retry-After"] = str(math.ceil(locked.wait.total_seconds()))
    return response


def _next_page() -> str:
    return page_within(
        request.values.get("next", ""), HOME, never=("/partner/login", "/partner/logout", "/partner/access")
    )
