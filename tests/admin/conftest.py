"""The whole application on a database of its own, and ways to be somebody in it."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browser import browser_page, chromium, faults, live_server, new_page
from tests.factories.back_office import Office, furnish
from tests.factories.import_centre import Sent, send_some
from tests.factories.lead import leads_of
from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from tests.factories.staff import StaffLogin, make_staff
from tests.visitor import Browser, be
from webapp.admin.login import TOKEN
from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime, replace_parts
from webapp.context import RUNTIME
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.gateways.fakes import FakeResolver
from webapp.gateways.wakeup import WakeUp
from webapp.models import StaffAccount
from webapp.services import audit, staff_session
from webapp.services.submission import Stored
from webapp.settings import Settings

__all__ = ["browser_page", "chromium", "faults", "live_server", "new_page"]

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
_ADDRESSES = itertools.count(1)


@pytest.fixture(scope="session")
def admin_runtime(
    make_database: Callable[[], AbstractContextManager[str]],
) -> Iterator[Runtime]:
    """A runtime on a database that all tests of this folder share: each makes rows of its own."""
    with make_database() as url:
        settings = Settings(
            database_url=url,
            redis_url="redis://127.0.0.1:1/0",
            secret_key="a secret that only tests know, long enough",
            rate_limits=False,
        )
        built = build_runtime(settings)
        yield replace_parts(built, wake_up=WakeUp(lambda: None), resolver=FakeResolver())
        built.engine.dispose()


@pytest.fixture
def clock() -> FrozenClock:
    """The time in the application."""
    return FrozenClock(NOW)


@pytest.fixture
def running(admin_runtime: Runtime, clock: FrozenClock, tmp_path: Path) -> Runtime:
    """The runtime with a clock that stands still and a folder of its own."""
    settings = admin_runtime.settings.model_copy(update={"var_dir": tmp_path / "var"})
    return replace_parts(admin_runtime, clock=clock, settings=settings)


@pytest.fixture(scope="session")
def admin_app(admin_runtime: Runtime) -> Flask:
    """The application, made once: its templates are compiled on first use."""
    return create_app(admin_runtime.settings, runtime=admin_runtime)


@pytest.fixture
def app(admin_app: Flask, running: Runtime) -> Flask:
    """The application with this test's clock and folder."""
    admin_app.extensions[RUNTIME] = running
    return admin_app


@pytest.fixture
def uploads(running: Runtime) -> Path:
    """Where uploaded files wait."""
    return running.settings.var_dir / "uploads"


class Visitor(Browser):
    """A browser of one person, coming from an address of its own."""

    def __init__(self, client: FlaskClient) -> None:
        super().__init__(client, home="/admin/")

    def token(self, path: str = "/admin/login") -> str:
        return super().token(path)

    def log_in(self, email: str, password: str, **more: str) -> TestResponse:
        """Fill in the log-in page and send it."""
        return self.post("/admin/login", {"email": email, "password": password, **more}, form_at="/admin/login")


@pytest.fixture
def visit(app: Flask) -> Callable[[], Visitor]:
    """A new visitor."""

    def visit() -> Visitor:
        client = app.test_client()
        number = next(_ADDRESSES)
        client.environ_base["REMOTE_ADDR"] = f"198.51.{number // 250}.{number % 250}"
        return Visitor(client)

    return visit


@pytest.fixture
def account(running: Runtime) -> Callable[..., StaffLogin]:
    """Makes staff accounts: `account("support")`."""

    def account(*roles: str, active: bool = True) -> StaffLogin:
        with running.begin() as session:
            return make_staff(session, running.clock, *roles, active=active)

    return account


@pytest.fixture
def let_in(running: Runtime) -> Callable[[Visitor, StaffLogin], None]:
    """Lets somebody in: leaves and writes down what the log-in page does, which `test_login.py` compares."""

    def let_in(visitor: Visitor, login: StaffLogin) -> None:
        address = visitor.client.environ_base["REMOTE_ADDR"]
        with running.begin() as session:
            stamp = session.get_one(StaffAccount, login.id).fs_uniquifier
            token = staff_session.begin(session, running.clock, login.id, remote_address=address, user_agent="")
            audit.record(
                session,
                running.clock,
                staff_id=login.id,
                actor=login.email,
                action="logged_in",
                object_type="staff",
                object_id=str(login.id),
                remote_address=address,
            )
        be(visitor.client, {"_user_id": stamp, "_fresh": True, TOKEN: token})

    return let_in


@pytest.fixture
def logged_in(
    visit: Callable[[], Visitor], account: Callable[..., StaffLogin], let_in: Callable[[Visitor, StaffLogin], None]
) -> Callable[..., Visitor]:
    """Somebody who is logged in: `logged_in("support")`; owner when no role is named."""

    def logged_in(*roles: str) -> Visitor:
        visitor = visit()
        let_in(visitor, account(*roles))
        return visitor

    return logged_in


@pytest.fixture
def school(running: Runtime) -> School:
    """A school with a partner."""
    with running.begin() as session:
        return make_school(session, running.seal, name=f"Larkspur{new_id().hex[-8:]}")


@dataclass(frozen=True)
class Asked:
    """A submission with its one lead."""

    stored: Stored
    lead_id: UUID

    @property
    def submission_id(self) -> UUID:
        return self.stored.submission_id


@pytest.fixture
def asked(running: Runtime, school: School) -> Asked:
    """A student who asked for the list and for one introduction."""
    with running.begin() as session:
        stored = submit_request(
            session, running.clock, running.links, [school], email=f"{new_id().hex}@student.example"
        )
        return Asked(stored, leads_of(session, stored.submission_id)[0])


def ask_for_one(running: Runtime, school: School) -> tuple[UUID, str]:
    """One lead of a new student of `school`, and the student's address."""
    email = f"{new_id().hex}@student.example"
    with running.begin() as session:
        stored = submit_request(session, running.clock, running.links, [school], email=email)
        return leads_of(session, stored.submission_id)[0], email


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


_FURNISHED: dict[str, Office] = {}


@pytest.fixture
def office(running: Runtime) -> Office:
    """The demo with three students in it; made once for the database."""
    key = str(running.engine.url)
    if key not in _FURNISHED:
        _FURNISHED[key] = furnish(running)
    return _FURNISHED[key]


_SENT: dict[str, Sent] = {}


@pytest.fixture
def sent(office: Office, running: Runtime) -> Sent:
    """Files at the import centre, drafts and a proposal; sent once for the database."""
    key = str(running.engine.url)
    if key not in _SENT:
        _SENT[key] = send_some(running)
    return _SENT[key]
