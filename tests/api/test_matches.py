"""A profile in, the ranking out: as the command line ranks it, nothing of it stored, nothing of it repeated."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Caller
from tests.api.test_access import rows
from tests.api.world import World
from tests.factories.demo_catalogue import demo_listings
from webapp.api.profile_schema import profile_schema
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.profile import Profile
from webapp.matching.catalog import Catalog
from webapp.matching.ranking import rank
from webapp.matching.weights import DEFAULT_WEIGHTS
from webapp.services.snapshot import Snapshot

Call = Callable[[str | None], Caller]
PROFILE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/example-profile.json").read_text())


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The demo catalogue."""
    return Catalog.from_listings(demo_listings(), version="demo")


@pytest.fixture
def asking(api_runtime: Runtime, catalog: Catalog) -> Caller:
    """Somebody without a key, before an application with the demo catalogue."""
    snapshot = Snapshot(api_runtime.begin, version_of=lambda _: 1, load=lambda _session, _version: catalog)
    runtime = replace_parts(api_runtime, snapshot=snapshot)
    app: Flask = create_app(runtime.settings, runtime=runtime)
    return Caller(app.test_client(), None)


def test_the_ranking_is_the_command_lines_and_no_row_is_written(
    asking: Caller, catalog: Catalog, api_runtime: Runtime, world: World
) -> None:
    before = rows(api_runtime)
    for profile in (PROFILE, {}):
        answer = asking.post("/matches?top=5", profile)
        wanted = rank(Profile.from_json(profile), catalog, DEFAULT_WEIGHTS, 5).to_json()
        assert answer.text == json.dumps(wanted, ensure_ascii=False)
        assert "Set-Cookie" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert rows(api_runtime) == before
    keyed = Caller(asking.client, world.live.key).post("/matches", PROFILE)
    assert len(keyed.json["matches"]) == 10


@pytest.mark.parametrize(
    ("profile", "where"),
    [
        ({"goals": {}}, "goals"),
        ({"background": {"education": "secret@student.example"}}, "background.education"),
        ({"background": {"gpa": 41}}, "background.gpa"),
        ({"goal": {"words": "write to secret@student.example"}}, "goal.words"),
        ({"goal": {"occupation": "secret"}}, "goal.occupation"),
        ({"practical": {"state": "ZQ"}}, "practical.state"),
        ({"subjects": {"alchemy": "none"}}, "subjects.alchemy"),
    ],
)
def test_an_unknown_key_or_value_is_refused_by_name(asking: Caller, profile: dict[str, Any], where: str) -> None:
    answer = asking.post("/matches", profile)
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json["problems"]] == [where]
    assert not any(word in answer.text for word in ("secret", "student.example", "ZQ"))


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"goal": {"words": "\\ud800"}}', "application/json", 400),
        (b'{"background": {"gpa": NaN}}', "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'"{}"', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b'{"a": "' + b"x" * 100_001 + b'"}', "application/json", 413),
    ],
)
def test_what_is_no_json_object_is_told_so(asking: Caller, body: bytes, kind: str, status: int) -> None:
    answer: Any = asking.client.post("/api/v1/matches", data=body, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    told = answer.json
    assert told["status"] == status
    assert told["instance"] == answer.headers["X-Request-Id"]
    assert told["type"].startswith("https://match.example/api/v1/docs#problem-")


def test_every_error_under_the_interface_is_a_problem(asking: Caller) -> None:
    for path, method, status in (
        ("/api/v1/nothing", "GET", 404),
        ("/api/nothing", "GET", 404),
        ("/api/v1/matches", "GET", 405),
        ("/api/v1/leads/x", "GET", 404),
        ("/api/v1/matches?top=0", "POST", 422),
        ("/api/v1/matches?bottom=3", "POST", 422),
    ):
        answer = asking.client.open(path, method=method, json={} if method == "POST" else None)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), path
    assert asking.client.get("/api/v1/matches").headers["Allow"] in ("OPTIONS, POST", "POST, OPTIONS")
    assert asking.client.get("/nothing").mimetype == "text/html"


def test_the_schema_knows_just_the_keys_that_are_read() -> None:
    told = Profile.from_json(PROFILE).to_json()
    schema = profile_schema()["properties"]
    assert {part: set(keys) for part, keys in told.items()} == {
        part: set(inner["properties"]) for part, inner in schema.items()
    }


def test_a_crash_is_a_problem_too_and_repeats_nothing(app: Flask, api_runtime: Runtime) -> None:
    def broken() -> Any:
        raise RuntimeError("secret")

    snapshot = Snapshot(api_runtime.begin, version_of=lambda _: broken(), load=lambda _session, _version: broken())
    runtime = replace_parts(api_runtime, snapshot=snapshot)
    answer = create_app(runtime.settings, runtime=runtime).test_client().post("/api/v1/matches", json=PROFILE)
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret" not in answer.text
