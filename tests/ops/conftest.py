"""The whole application on a real database and a real broker."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime, load_settings

SECRET = "a secret for the tests of health, 32+"


@pytest.fixture
def environ(fresh_database_url: str, redis_url: str) -> dict[str, str]:
    return {"DATABASE_URL": fresh_database_url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET}


@pytest.fixture
def built(environ: dict[str, str]) -> Iterator[Runtime]:
    made = build_runtime(load_settings(environ))
    yield made
    made.engine.dispose()
    made.redis.close()


@pytest.fixture
def app(built: Runtime) -> Flask:
    return create_app(built.settings, runtime=built)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
