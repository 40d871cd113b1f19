"""Logging in and out. The log-in library checks passwords and knows who a cookie stands for; its own pages stay off.

Its account store wants a session of its own and commits it itself (the time of a log-in, a password hashed anew). That
session is made here and nowhere else is one like it.
"""

import math
import time
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from flask import Blueprint, Flask, current_app, flash, g, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_security import Security, SQLAlchemySessionUserDatastore, current_user, hash_password, logout_user
from flask_security import login_user as log_in_user
from sqlalchemy.orm import scoped_session, sessionmaker

from webapp.admin.forms import LoginForm
from webapp.admin.guard import EVERYONE, Role, Staff, find_staff, needs_role, open_to_all, staff
from webapp.admin.trail import write_down
from webapp.context import client_address, rate_limited, runtime
from webapp.observability.log import get_logger
from webapp.services.login import Locked, account_models, begin_try, end_sessions, succeed
from webapp.ui.next_page import page_within

blueprint = Blueprint("login", __name__)
log = get_logger(__name__)

HOME: Final = "/admin/"
SESSION_LIFE: Final = timedelta(hours=12)
IDLE_LIFE: Final = timedelta(hours=2)
LOGGED_IN_AT: Final = "fs_paa"
SEEN_AT: Final = "staff_seen_at"
SEEN_EVERY_SECONDS: Final = 60

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
        SECURITY_DATETIME_FACTORY=lambda: datetime.now(UTC),
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
    """Find out who is logged in, and end a log-in that is too old or was idle too long."""
    g.staff = None
    if not current_user.is_authenticated:
        return
    now = time.time()
    started, seen = session.get(LOGGED_IN_AT, 0), session.get(SEEN_AT, 0)
    if now - started > SESSION_LIFE.total_seconds() or now - seen > IDLE_LIFE.total_seconds():
        _forget()
        return
    if now - seen > SEEN_EVERY_SECONDS:
        session[SEEN_AT] = now
    known = {role.value for role in Role}
    roles = frozenset(Role(role.name) for role in current_user.roles if role.name in known)
    g.staff = Staff(current_user.id, current_user.email, roles)
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
    built, email, password = runtime(), sent.email.data or "", sent.password.data or ""
    with built.begin() as transaction:
        tried = begin_try(transaction, built.clock, built.links.secret, account=email, address=client_address())
    if isinstance(tried, Locked):
        log.warning("log-in locked", seconds=math.ceil(tried.wait.total_seconds()))
        return _locked(tried)
    if not _password_is_right(email, password):
        log.warning("log-in failed")
        sent.password.errors = ["The e-mail address or the password is not right. Check both and try again."]
        return render_template("admin/login.html", form=sent, next_page=_next_page()), 422
    with built.begin() as transaction:
        succeed(transaction, tried)
        g.staff = Staff(current_user.id, current_user.email, frozenset())
        write_down(transaction, "logged_in", "staff", str(current_user.id))
    return redirect(_next_page())


@blueprint.post("/logout")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def log_out() -> ResponseReturnValue:
    """End every log-in of this account, so that a copied cookie opens nothing."""
    with runtime().begin() as transaction:
        end_sessions(transaction, staff().id)
        write_down(transaction, "logged_out", "staff", str(staff().id))
    _forget()
    flash("You are logged out, here and on every other device.", "good")
    return redirect("/admin/login")


def _password_is_right(email: str, password: str) -> bool:
    """Whether they belong together; if so a new session is begun. Takes as long for accounts that do not exist."""
    datastore = _datastore()
    account = datastore.find_user(case_insensitive=True, email=email)
    if account is None or not account.password:
        hash_password(password)
        return False
    if not account.verify_and_update_password(password) or not account.active:
        return False
    session.clear()  # whatever the browser brought along, somebody else may have put there
    log_in_user(account, remember=False, authn_via=["password"])
    session[SEEN_AT] = time.time()
    datastore.commit()  # type: ignore[no-untyped-call]  # the library's own
    return True


def _locked(locked: Locked) -> ResponseReturnValue:
    minutes = math.ceil(locked.wait.total_seconds() / 60)
    response = make_response(render_template("admin/locked.html", minutes=minutes), 429)
    response.headers["Retry-After"] = str(math.ceil(locked.wait.total_seconds()))
    return response


def _forget() -> None:
    logout_user()
    session.clear()


def _datastore() -> SQLAlchemySessionUserDatastore:
    return cast(SQLAlchemySessionUserDatastore, current_app.extensions["security"].datastore)


def _next_page() -> str:
    """The page to go on to: one of the back office by its path, whatever the address asks for."""
    return page_within(request.values.get("next", ""), HOME, never=("/admin/login", "/admin/logout"))
