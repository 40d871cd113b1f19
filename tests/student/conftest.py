"""The whole application on a real database with the demo catalogue, and a client that speaks its forms."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine, update

from tests.browser import browser_page, chromium, faults, live_server, new_page
from tests.student.person import Person
from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime, replace_parts
from webapp.context import RUNTIME
from webapp.domain.clock import SystemClock
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.wakeup import WakeUp
from webapp.models import Cap
from webapp.services.demo import load
from webapp.settings import Settings

__all__ = ["browser_page", "chromium", "faults", "live_server", "new_page"]

SECRET = "a secret that only these tests know, long enough"


@pytest.fixture(scope="session")
def student_database_url(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A database with the demo catalogue. Tests add to it and never take away, so no school has its twenty leads a day:
    whichever test delivered the next would find the day full."""
    with make_database() as url:
        built = _runtime(url, "redis://127.0.0.1:1/0")
        demo = files("webapp.cli").joinpath("demo")
        with built.begin() as session:
            load(
                session,
                SystemClock(),
                built.seal,
                catalog=BytesIO(demo.joinpath("catalog.csv").read_bytes()),
                partners=BytesIO(demo.joinpath("partners.csv").read_bytes()),
                questions=BytesIO(demo.joinpath("questions.csv").read_bytes()),
                endpoint_url=lambda slug: f"http://127.0.0.1:9/{slug}",
            )
            session.execute(update(Cap).values(most=1_000_000))
        built.engine.dispose()
        yield url


@pytest.fixture(scope="session")
def runtime(student_database_url: str) -> Iterator[Runtime]:
    """A runtime on that database, with fakes for the outside world. Nothing is nudged: no worker listens."""
    built = replace_parts(
        _runtime(student_database_url, "redis://127.0.0.1:1/0"),
        mail=FakeMail(),
        webhook=FakeWebhook(),
        wake_up=WakeUp(lambda: None),
    )
    yield built
    built.engine.dispose()


@pytest.fixture(scope="session")
def app(runtime: Runtime) -> Flask:
    """The application; errors are shown as the public sees them."""
    return create_app(runtime.settings, runtime=runtime)


@pytest.fixture
def person(app: Flask) -> Person:
    """Somebody with a browser and no cookies yet."""
    return Person(app.test_client())


@pytest.fixture
def results(person: Person) -> str:
    """The path of a list with partners on it."""
    return person.finish()


@pytest.fixture
def database(runtime: Runtime) -> Engine:
    """The engine of the database the application uses."""
    return runtime.engine


@pytest.fixture
def early_runtime(fresh_database_url: str) -> Iterator[Runtime]:
    """A runtime on a database without any listing."""
    built = _runtime(fresh_database_url, "redis://127.0.0.1:1/0")
    yield built
    built.engine.dispose()


@pytest.fixture(scope="session")
def spare_app(runtime: Runtime) -> Flask:
    """A second application, for runtimes that differ in their parts and not in what an application takes when made."""
    return create_app(runtime.settings, runtime=runtime)


@pytest.fixture
def app_on(spare_app: Flask) -> Callable[[Runtime], Flask]:
    """The second application on another database or clock: `app_on(early_runtime)`. One at a time."""

    def app_on(other: Runtime) -> Flask:
        spare_app.extensions[RUNTIME] = other
        return spare_app

    return app_on


@pytest.fixture
def early_person(early_runtime: Runtime, app_on: Callable[[Runtime], Flask]) -> Person:
    """Somebody on a site whose catalogue is still empty."""
    return Person(app_on(early_runtime).test_client())


@pytest.fixture
def another_person(app: Flask) -> Person:
    """Somebody else."""
    return Person(app.test_client())


def _runtime(database_url: str, redis_url: str) -> Runtime:
    return build_runtime(
        Settings(
            database_url=database_url,
            redis_url=redis_url,
            secret_key=SecretStr(SECRET),
            base_url="http://localhost",
            var_dir=Path("var"),
            form_min_seconds=0,
            rate_limits=False,
            web_database_pool=20,
        )
    )
