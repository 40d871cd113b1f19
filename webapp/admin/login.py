"""Logging in and out. The log-in library checks passwords and knows who a cookie stands for; its own pages stay off.

Its account store wants a session of its own and commits it itself (the time of a log-in, a password hashed anew). That
session is made here and nowhere else is one like it. Beside the library's, the cookie holds the token of a row of
`staff_sessions`: with that row a log-in holds, and with it it ends.
"""

import math
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security import Security, SQLAlchemySessionUserDatastore, current_user, hash_password, logout_user
from flask_security import login_user as log_in_user
from sqlalchemy.orm import scoped_session, sessionmaker

from webapp.admin.guard import EVERYONE, Role, Staff, find_staff, needs_role, open_before_setup, open_to_all, staff
from webapp.admin.trail import write_down
from webapp.context import client_address, rate_limited, runtime
from webapp.observability.log import get_logger
from webapp.services import staff_second_step, staff_session
from webapp.services.login import Locked, LoginTry, account_models, begin_try, succeed
from webapp.services.second_step import Proof
from webapp.ui.account_forms import CodeForm, LoginForm
from webapp.ui.next_page import page_within

blueprint = Blueprint("login", __name__)
log = get_logger(__name__)

HOME: Final = "/admin/"
TOKEN: Final = "staff_session"  # noqa: S105  # the name of a key
HALF: Final = "staff_half_session"
"""Where a browser stands whose person has given the password and not yet the code."""
FEW_CODES: Final = 3
HALF_LIFE: Final = timedelta(minutes=10)
WRONG: Final = "The e-mail address or the password is not right. Check both and try again."
WRONG_PASSWORD: Final = "This is not your password. Check it and try again."  # noqa: S105  # words
WRONG_CODE: Final = "This code is not right, or was used already. Wait for the next one and try again."

# OWASP's password storage cheat sheet: argon2id, 19 MiB, two passes, one lane.
_ARGON2: Final = {"argon2__type": "ID", "argon2__memory_cost": 19_456, "argon2__rounds": 2, "argon2__parallelism": 1}


def install_login(app: Flask) -> None:
    """Set the log-in library up on `app`: accounts in our tables, argon2id, none of its routes."""
    with app.app_context():
        built = runtime()
    accounts = scoped_session(sessionmaker(built.engine, expire_on_commit=False))
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # the name of a method
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=_ARGON2,
        SECURITY_PASSWORD_SALT=built.links.secret,
        SECURITY_TRACKABLE=True,
        SECURITY_DATETIME_FACTORY=lambda: runtime().clock.now(),
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    datastore = SQLAlchemySessionUserDatastore(accounts, *account_models())
    security = Security(app, datastore, register_blueprint=False)
    # A cookie is the only way in: no tokens in headers, bodies or addresses.
    security.login_manager.request_loader(lambda _request: None)
    # Nothing of ours asks Flask-Principal who somebody is, and asking on every public page costs a query.
    app.before_request_funcs[None].remove(security.principal._on_before_request)

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        accounts.remove()


def load_staff() -> None:
    """Find out who is logged in, by a log-in that was not ended, is not too old and was not idle too long."""
    g.staff = None
    token = session.get(TOKEN)
    if not isinstance(token, str) or not current_user.is_authenticated:
        return
    built = runtime()
    with built.begin() as transaction:
        standing = staff_session.find(transaction, built.clock, token, current_user.id)
    if standing is None:
        forget()
        return
    known = {role.value for role in Role}
    g.staff = Staff(
        id=current_user.id,
        email=current_user.email,
        roles=frozenset(Role(role.name) for role in current_user.roles if role.name in known),
        session_id=standing.id,
        proved_at=standing.proved_at,
        has_second_step=standing.has_second_step,
        must_set_up=standing.must_set_up,
    )
    _datastore().db.session.remove()  # the connection goes back now, not when the page is done


@blueprint.get("/login")
@open_to_all
def form() -> ResponseReturnValue:
    """The log-in page; whoever is logged in goes on."""
    if find_staff() is not None:
        return redirect(_next_page())
    return render_template("admin/login.html", form=LoginForm(), next_page=_next_page())


@blueprint.post("/login")
@rate_limited("30/minute;300/hour")
@open_to_all
def log_in() -> ResponseReturnValue:
    """Check e-mail and password. One answer for every way of being wrong; 429 with the wait after too many."""
    sent = LoginForm()
    if not sent.validate_on_submit():
        return render_template("admin/login.html", form=sent, next_page=_next_page()), 422
    email = sent.email.data or ""
    tried = try_once(email)
    if isinstance(tried, Locked):
        return locked(tried)
    account = _account_of(email, sent.password.data or "")
    if account is None:
        log.warning("log-in failed")
        sent.password.errors = [WRONG]
        return render_template("admin/login.html", form=sent, next_page=_next_page()), 422
    with runtime().begin() as transaction:
        succeed(transaction, tried)
    if account.totp_since is not None:
        session.clear()
        session[HALF] = {"stamp": account.fs_uniquifier, "at": runtime().clock.now().timestamp()}
        return redirect(url_for("admin.login.code_form", next=_next_page()))
    return _enter(account.fs_uniquifier)


@blueprint.get("/login/code")
@open_to_all
def code_form() -> ResponseReturnValue:
    """The second step of logging in."""
    if _half() is None:
        return redirect(url_for("admin.login.form", next=_next_page()))
    return render_template("admin/login_code.html", form=CodeForm(), next_page=_next_page())


@blueprint.post("/login/code")
@rate_limited("30/minute;300/hour")
@open_to_all
def check_code() -> ResponseReturnValue:
    """Check the code of the person's device, or a recovery code."""
    who, sent = _half(), CodeForm()
    if who is None:
        return redirect(url_for("admin.login.form", next=_next_page()))
    if not sent.validate_on_submit():
        return render_template("admin/login_code.html", form=sent, next_page=_next_page()), 422
    tried = try_once(f"code {who.id}")
    if isinstance(tried, Locked):
        return locked(tried)
    proof = prove_code(who.id, sent.code.data or "", tried)
    if proof is None:
        log.warning("log-in code failed")
        sent.code.errors = [WRONG_CODE]
        return render_template("admin/login_code.html", form=sent, next_page=_next_page()), 422
    return _enter(session[HALF]["stamp"], proof)


@blueprint.post("/logout")
@rate_limited("60/minute")
@needs_role(EVERYONE)
@open_before_setup
def log_out() -> ResponseReturnValue:
    """End this log-in, so that a copied cookie opens nothing."""
    built = runtime()
    with built.begin() as transaction:
        staff_session.end(transaction, built.clock, staff().id, staff().session_id)
        write_down(transaction, "logged_out", "staff", str(staff().id))
    forget()
    flash("You are logged out. Log-ins on other devices go on; end them on your account page.", "good")
    return redirect("/admin/login")


def try_once(account: str) -> LoginTry | Locked:
    """Count one more try for `account` and for this address, before anything is looked at."""
    built = runtime()
    with built.begin() as transaction:
        return begin_try(transaction, built.clock, built.links.secret, account=account, address=client_address())


def prove_code(staff_id: UUID, code: str, tried: LoginTry) -> Proof | None:
    """Whether the code is right; it is used up, and the try no longer counts as failed."""
    built = runtime()
    with built.begin() as transaction:
        proof = staff_second_step.passes(transaction, built.clock, built.seal, staff_id, code)
        if proof is not None:
            succeed(transaction, tried)
    if proof is Proof.RECOVERY_CODE:
        built.wake_up.nudge()
    return proof


def say_codes_left(proof: Proof | None) -> None:
    """After a recovery code: how many are left."""
    if proof is not Proof.RECOVERY_CODE:
        return
    with runtime().begin() as transaction:
        left = staff_second_step.recovery_codes_left(transaction, staff().id)
    more = " Make new ones on your account page." if left <= FEW_CODES else ""
    flash(f"That recovery code is used up. You have {left} left.{more}", "warm")


def locked(told: Locked) -> ResponseReturnValue:
    """429, with how long to wait."""
    log.warning("log-in locked", seconds=math.ceil(told.wait.total_seconds()))
    minutes = math.ceil(told.wait.total_seconds() / 60)
    response = make_response(render_template("admin/locked.html", minutes=minutes), 429)
    response.headers["Retry-After"] = str(math.ceil(told.wait.total_seconds()))
    return response


def forget() -> None:
    """This browser knows of no log-in any more."""
    logout_user()
    session.clear()


def _account_of(email: str, password: str) -> Any:
    """The open account that both belong to, or None. Takes as long for accounts that do not exist."""
    datastore = _datastore()
    account = datastore.find_user(case_insensitive=True, email=email)
    if account is None or not account.password:
        hash_password(password)
        return None
    if not account.verify_and_update_password(password) or not account.active:
        return None
    datastore.commit()  # type: ignore[no-untyped-call]  # the library's own
    return account


def _enter(stamp: str, proof: Proof | None = None) -> ResponseReturnValue:
    """Begin a log-in under a token made now: whatever the browser brought along, somebody else may have put there."""
    datastore, built, following = _datastore(), runtime(), _next_page()
    account = datastore.find_user(fs_uniquifier=stamp)
    session.clear()
    if account is None or not account.active:
        return redirect(url_for("admin.login.form"))
    log_in_user(account, remember=False, authn_via=["password"])
    datastore.commit()  # type: ignore[no-untyped-call]  # the library's own
    with built.begin() as transaction:
        session[TOKEN] = staff_session.begin(
            transaction,
            built.clock,
            UUID(str(account.id)),
            remote_address=client_address(),
            user_agent=request.headers.get("User-Agent", ""),
        )
    load_staff()
    with built.begin() as transaction:
        by = {"second_step": proof} if proof is not None else None
        write_down(transaction, "logged_in", "staff", str(staff().id), after=by)
    say_codes_left(proof)
    return redirect(following)


def _half() -> Any:
    """The account whose password was given in this browser a short while ago."""
    kept = session.get(HALF)
    if not isinstance(kept, dict) or runtime().clock.now().timestamp() - kept["at"] > HALF_LIFE.total_seconds():
        return None
    account = _datastore().find_user(fs_uniquifier=kept["stamp"])
    return account if account is not None and account.active else None


def _datastore() -> SQLAlchemySessionUserDatastore:
    return cast(SQLAlchemySessionUserDatastore, current_app.extensions["security"].datastore)


def _next_page() -> str:
    """The page to go on to: one of the back office by its path, whatever the address asks for."""
    return next_page(HOME)


def next_page(otherwise: str) -> str:
    """The page of the back office that the address names; `otherwise` where it names none."""
    never = ("/admin/login", "/admin/logout", "/admin/access", "/admin/forgotten", "/admin/confirm")
    wanted = request.values.get("next", "")
    return page_within(wanted, HOME, never=never) if wanted else otherwise
