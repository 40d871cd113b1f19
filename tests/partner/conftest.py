"""The whole application on a database of its own, two schools, and ways to be somebody of them."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browser import browser_page, chromium, faults, live_server, new_page
from tests.factories.portal import MemberLogin, make_member
from tests.factories.school import School, make_school
from tests.visitor import Browser, be
from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime, replace_parts
from webapp.context import RUNTIME
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.domain.partner_role import PartnerRole
from webapp.gateways.wakeup import WakeUp
from webapp.partner.login import SESSION
from webapp.services import audit
from webapp.services.partner_login import begin_session
from webapp.settings import Settings

__all__ = ["browser_page", "chromium", "faults", "live_server", "new_page"]

NOW = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)
_ADDRESSES = itertools.count(1)


@pytest.fixture(scope="session")
def portal_runtime(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Runtime]:
    """A runtime on a database that all tests of this folder share: each makes rows of its own."""
    with make_database() as url:
        settings = Settings(
            database_url=url,
            redis_url="redis://127.0.0.1:1/0",
            secret_key="a secret that only tests know, long enough",
            rate_limits=False,
        )
        built = build_runtime(settings)
        yield replace_parts(built, wake_up=WakeUp(lambda: None))
        built.engine.dispose()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def running(portal_runtime: Runtime, clock: FrozenClock) -> Runtime:
    """The runtime with a clock that stands still."""
    return replace_parts(portal_runtime, clock=clock)


@pytest.fixture(scope="session")
def portal_app(portal_runtime: Runtime) -> Flask:
    """The application, made once: its routes and templates are compiled on first use."""
    return create_app(portal_runtime.settings, runtime=portal_runtime)


@pytest.fixture
def app(portal_app: Flask, running: Runtime) -> Flask:
    """The application with this test's clock."""
    portal_app.extensions[RUNTIME] = running
    return portal_app


class Visitor(Browser):
    """A browser of one person, coming from an address of its own."""

    def __init__(self, client: FlaskClient) -> None:
        super().__init__(client, home="/partner/")

    def token(self, path: str = "/partner/login") -> str:
        return super().token(path)

    def log_in(self, email: str, password: str, **more: str) -> TestResponse:
        """Fill in the log-in page and send it."""
        return self.post("/partner/login", {"email": email, "password": password, **more}, form_at="/partner/login")


@pytest.fixture
def visit(app: Flask) -> Callable[[], Visitor]:
    """A new visitor."""

    def visit() -> Visitor:
        client = app.test_client()
        number = next(_ADDRESSES)
        client.environ_base["REMOTE_ADDR"] = f"203.0.{number // 250}.{number % 250}"
        return Visitor(client)

    return visit


@pytest.fixture
def new_school(running: Runtime) -> Callable[[], School]:
    """Makes schools with a live partner."""

    def new_school() -> School:
        with running.begin() as session:
            return make_school(session, running.seal, name=f"Larkspur{new_id().hex[-8:]}")

    return new_school


@pytest.fixture
def school(new_school: Callable[[], School]) -> School:
    return new_school()


@pytest.fixture
def account(running: Runtime, school: School) -> Callable[..., MemberLogin]:
    """Makes people: `account()` is an owner of `school`."""

    def account(role: PartnerRole = PartnerRole.OWNER, of: School | None = None) -> MemberLogin:
        with running.begin() as session:
            return make_member(session, running, (of or school).partner_id, role)

    return account


@pytest.fixture
def logged_in(
    running: Runtime, visit: Callable[[], Visitor], account: Callable[..., MemberLogin]
) -> Callable[..., Visitor]:
    """Somebody who is logged in, an owner of `school` unless told otherwise, whose browser holds what the log-in page
    leaves in one: `test_login.py` compares."""

    def logged_in(role: PartnerRole = PartnerRole.OWNER, of: School | None = None) -> Visitor:
        visitor, login = visit(), account(role, of)
        with running.begin() as session:
            stamp = begin_session(session, running.clock, login.id)
            audit.record(
                session,
                running.clock,
                staff_id=None,
                partner_id=login.partner_id,
                actor=login.email,
                action="logged_in",
                object_type="partner_account",
                object_id=str(login.id),
                remote_address=visitor.client.environ_base["REMOTE_ADDR"],
            )
        now = running.clock.now().timestamp()
        be(visitor.client, {SESSION: {"stamp": stamp, "at": now, "seen": now}})
        return visitor

    return logged_in
