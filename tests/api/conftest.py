"""The application with two partners in it, each with leads, keys and deliveries, on a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.world import Side, World, make_key, make_runtime, make_side, make_world
from tests.browser import browser_page, chromium, faults, live_server, new_page
from tests.factories.school import School, make_school
from webapp.app import create_app
from webapp.bootstrap import Runtime
from webapp.domain.api_key import Scope
from webapp.domain.ids import new_id

__all__ = ["browser_page", "chromium", "faults", "live_server", "new_page"]


@pytest.fixture(scope="session")
def api_runtime(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Runtime]:
    """A runtime on a database that all tests of this folder share."""
    with make_database() as url:
        built = make_runtime(url)
        yield built
        built.engine.dispose()


@pytest.fixture(scope="session")
def app(api_runtime: Runtime) -> Flask:
    """The application."""
    return create_app(api_runtime.settings, runtime=api_runtime)


@pytest.fixture(scope="session")
def world(api_runtime: Runtime) -> World:
    """Two partners and what is theirs."""
    return make_world(api_runtime)


@pytest.fixture
def newcomer(api_runtime: Runtime, world: World) -> Side:
    """One more live partner, for a test that changes what it has."""
    name = f"Newcomer{new_id().hex[-8:]}"
    with api_runtime.begin() as session:
        return make_side(session, api_runtime, make_school(session, api_runtime.seal, name=name), test=False)


@dataclass
class Caller:
    """Somebody with a key, or without."""

    client: FlaskClient
    key: str | None

    def _headers(self, more: dict[str, str] | None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {**own, **(more or {})}

    def get(self, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self._headers(headers), **more)

    def post(self, path: str, json: Any = None, headers: dict[str, str] | None = None, **more: Any) -> Any:
        return self.client.post(f"/api/v1{path}", json=json, headers=self._headers(headers), **more)


@pytest.fixture
def call(app: Flask) -> Callable[[str | None], Caller]:
    """A caller with a key: `call(world.live.key)`."""
    return lambda key: Caller(app.test_client(), key)


@pytest.fixture
def key_of(api_runtime: Runtime) -> Callable[..., str]:
    """Makes keys: `key_of(school, Scope.LEADS_READ)`."""

    def make(school: School, *scopes: Scope, test: bool = False, **more: Any) -> str:
        with api_runtime.begin() as session:
            return make_key(session, api_runtime, school.partner_id, test=test, scopes=frozenset(scopes), **more)

    return make
