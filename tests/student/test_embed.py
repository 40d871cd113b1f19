"""The form in a publisher's page: framed by its own sites only, keeping nothing, counted, and told to no school."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import Engine, text

from tests.browser import LiveServer, axe_violations, overflows
from tests.student.person import Person
from tests.student.rows import count
from webapp.bootstrap import Runtime
from webapp.domain.publisher import PublisherStatus
from webapp.queries.publisher import Counts, get_publisher
from webapp.services import publisher
from webapp.services.posting import get_document


@dataclass(frozen=True)
class Made:
    """A publisher."""

    id: UUID
    key: str


@pytest.fixture
def make_publisher(runtime: Runtime) -> Callable[..., Made]:
    numbers = iter(range(100))

    def make(origins: str = "https://guides.example") -> Made:
        with runtime.begin() as session:
            name = f"Guides {next(numbers)} {runtime.clock.now().isoformat()}"
            made = publisher.create(session, runtime.clock, name=name, origins=origins)
            return Made(made, get_publisher(session, made, since=runtime.clock.now().date()).key)

    return make


def counts_of(runtime: Runtime, made: Made) -> Counts:
    with runtime.begin() as session:
        return get_publisher(session, made.id, since=runtime.clock.now().date()).counts


def test_only_the_publishers_own_sites_may_frame_it(person: Person, make_publisher: Callable[..., Made]) -> None:
    made = make_publisher("https://guides.example\nhttps://*.school.example")
    response = person.client.get(f"/embed/{made.key}?utm_campaign=ml&utm_source=<script>")
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors https://guides.example https://*.school.example" in policy
    assert "script-src 'self'" in policy
    assert "X-Frame-Options" not in response.headers
    assert response.headers.getlist("Set-Cookie") == []
    assert 'name="utm_campaign" value="ml"' in response.text
    assert "<script>" not in response.text.split("<main")[1]
    assert "frame-ancestors 'none'" in person.client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("key", ["pub_aaaaaaaaaaaaaaaaaaaa", "x", "pub_" + "a" * 400, "%00", "../admin"])
def test_who_is_unknown_frames_nothing(person: Person, key: str) -> None:
    response = person.client.get(f"/embed/{key}")
    assert response.status_code == 404
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_a_paused_publishers_form_is_off(person: Person, runtime: Runtime, make_publisher: Callable[..., Made]) -> None:
    made = make_publisher()
    with runtime.begin() as session:
        publisher.move(session, runtime.clock, made.id, PublisherStatus.PAUSED)
    assert person.client.get(f"/embed/{made.key}").status_code == 404


def test_the_script_may_be_loaded_from_anywhere_and_sets_nothing(person: Person) -> None:
    response = person.client.get("/embed.js")
    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.headers.getlist("Set-Cookie") == []


def test_what_comes_through_it_is_counted_as_it_happens(
    person: Person, runtime: Runtime, database: Engine, make_publisher: Callable[..., Made]
) -> None:
    """The counts are the rows': forms, finished ones, requests and introductions. No school is told the publisher."""
    made, other = make_publisher(), make_publisher()
    person.open(f"/match?occupation=15-2051&publisher={made.key}&utm_campaign=ml")
    results = person.finish()
    assert counts_of(runtime, made) == Counts(started=1, completed=1)
    assert person.introduce(results, schools=2, email="through@student.example").status_code == 303
    assert counts_of(runtime, made) == Counts(1, 1, 1, 2)
    named = f"attribution->>'publisher' = '{made.key}'"
    assert count(database, "drafts", named) == 1
    assert count(database, "drafts", f"{named} AND completed_at IS NOT NULL") == 1
    assert count(database, "submissions", named) == 1
    assert count(database, "leads l, submissions s", f"l.submission_id = s.id AND s.{named}") == 2
    assert counts_of(runtime, other) == Counts()
    with database.connect() as connection:
        told = connection.execute(
            text("SELECT l.id FROM leads l JOIN submissions s ON s.id = l.submission_id WHERE s." + named)
        ).scalars()
        lead_id = next(iter(told))
    with runtime.begin() as session:
        document = get_document(session, lead_id, runtime.links)
    assert document["source"]["utm_campaign"] == "ml"
    assert "publisher" not in document["source"]


def test_the_first_arrival_counts(person: Person, runtime: Runtime, make_publisher: Callable[..., Made]) -> None:
    """Whoever came by themselves before is nobody's; a key that nobody has is kept nowhere."""
    made = make_publisher()
    person.open("/match/age")
    person.open(f"/match?publisher={made.key}")
    person.finish()
    assert counts_of(runtime, made) == Counts()


@pytest.mark.browser
def test_it_works_in_a_strangers_page_and_tells_it_nothing_but_its_height(
    app: Flask,
    live_server: Callable[[object], LiveServer],
    new_page: Callable[..., BrowserPage],
    faults: list[str],
    runtime: Runtime,
    make_publisher: Callable[..., Made],
) -> None:
    ours = live_server(app).url
    hosts = Flask("hosts")

    @hosts.get("/<key>")
    def page(key: str) -> str:
        return (
            "<!doctype html><html lang=en><title>A guide</title><h1>Becoming a data scientist</h1>"
            f'<script src="{ours}/embed.js"></script><program-match publisher="{key}" utm-campaign="guide">'
            "</program-match><script>window.told = []; addEventListener('message', (e) => told.push(e.data))</script>"
        )

    theirs = live_server(hosts).url
    made = make_publisher(theirs)
    stranger = make_publisher("https://elsewhere.example")
    for width in (1280, 390):
        page_there = new_page(width=width)
        page_there.goto(f"{theirs}/{made.key}")
        page_there.wait_for_function("told.length > 0")
        assert page_there.evaluate("told.every((t) => Object.keys(t).join() === 'height')")
        inner = page_there.frames[1]
        inner.get_by_role("heading", name="Find programs that fit you").wait_for()
        assert inner.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
        assert page_there.context.cookies(ours) == []
        assert overflows(page_there) == 0
        inner.get_by_label("Which job are you aiming for?").select_option("15-2051")
        with page_there.context.expect_page() as opened:
            inner.get_by_role("button", name="See what fits").click()
        form = opened.value
        form.wait_for_url(f"{ours}/match/**")
        assert f"publisher={made.key}" in form.url
        assert form.evaluate("document.referrer") == ""
    alone = new_page()
    alone.goto(f"{ours}/embed/{made.key}")
    assert axe_violations(alone) == []
    assert faults == []
    refused = new_page()
    refused.goto(f"{theirs}/{stranger.key}")
    refused.wait_for_timeout(300)
    assert any("frame-ancestors" in fault for fault in faults)
