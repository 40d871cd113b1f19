"""Alive, ready, counted: and honest about what is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.factories.schema import downgrade_database
from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime, load_settings

GONE = {
    "database": {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"},
    "broker": {"REDIS_URL": "redis://127.0.0.1:1/0"},
}


@contextmanager
def client_without(environ: dict[str, str], part: str) -> Iterator[FlaskClient]:
    built = build_runtime(load_settings({**environ, **GONE[part]}))
    yield create_app(built.settings, runtime=built).test_client()
    built.engine.dispose()
    built.redis.close()


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ready", "database": "ok", "broker": "ok"})


@pytest.mark.parametrize("part", GONE)
def test_alive_but_not_ready_without_a_part(environ: dict[str, str], part: str) -> None:
    with client_without(environ, part) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json[part] == "cannot be reached"


def test_not_ready_while_the_schema_is_behind(client: FlaskClient, environ: dict[str, str]) -> None:
    downgrade_database(environ["DATABASE_URL"], "0010")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "run db upgrade" in answer.json["database"]


def test_metrics_count_requests_by_route_and_show_no_path(client: FlaskClient) -> None:
    client.get("/healthz")
    client.get("/results/a-token-that-must-not-appear")
    told = client.get("/metrics").text
    assert 'http_requests_total{endpoint="ops.healthz",method="GET",status="200"}' in told
    assert "outbox_due 0.0" in told
    assert "a-token-that-must-not-appear" not in told


def test_the_home_page_answers_without_the_broker(environ: dict[str, str]) -> None:
    with client_without(environ, "broker") as client:
        assert client.get("/").status_code == 200


def test_the_database_is_what_the_runtime_says(built: Runtime) -> None:
    with built.begin() as session:
        assert session.scalar(text("SELECT 1")) == 1
