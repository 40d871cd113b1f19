"""The operations page: what runs, what waits, and the switches."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from flask import Flask
from sqlalchemy import delete, select

from tests.admin.conftest import Visitor
from webapp.bootstrap import Runtime, replace_parts
from webapp.context import RUNTIME
from webapp.gateways.heartbeat import Heartbeat, Heartbeats
from webapp.models import AuditEntry, SwitchedOff


@pytest.fixture
def running(running: Runtime) -> Iterator[Runtime]:
    """Leaves everything on."""
    yield running
    with running.begin() as session:
        session.execute(delete(SwitchedOff))


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_it_says_when_the_broker_is_gone_and_still_opens(logged_in: Callable[..., Visitor]) -> None:
    page = logged_in("analyst").get("/admin/operations").text
    assert "The broker does not answer" in page
    assert "Nothing is lost" in page
    assert "Stop mail" not in page  # only an owner may


def test_it_says_which_processes_live_and_what_waits_at_the_broker(
    app: Flask, logged_in: Callable[..., Visitor], running: Runtime, redis_url: str
) -> None:
    analyst, now = logged_in("analyst"), running.clock.now()
    with redis.Redis.from_url(redis_url) as client:
        app.extensions[RUNTIME] = replace_parts(running, redis=client)
        assert "No worker is there" in analyst.get("/admin/operations").text
        beats = Heartbeats(client)
        beats.beat(Heartbeat("worker", "box-7", now - timedelta(seconds=4), "0.0.1", {"mail": 3, "leads": 0}, 2))
        beats.beat(Heartbeat("schedule", "sweep", now - timedelta(seconds=25), "0.0.1"))
        page = words_of(analyst.get("/admin/operations").text)
    assert "box-7 4 s ago 2 0.0.1, another than this" in page
    assert "Queue Messages waiting mail 3 leads 0" in page
    assert "The schedule is silent The sweep, which runs every three seconds, ran last 25 s ago" in page


def test_an_owner_stops_mail_and_lets_it_go_on(logged_in: Callable[..., Visitor], running: Runtime) -> None:
    owner, of_switches = logged_in(), select(AuditEntry).where(AuditEntry.object_type == "switch")
    with running.begin() as session:
        earlier = [entry.id for entry in session.scalars(of_switches)]
    owner.post("/admin/operations/mail/off", {"words": ""})
    assert "Say why" in owner.get("/admin/operations").text
    assert owner.post("/admin/operations/mail/off", {"words": "<b>blocked</b>"}).status_code == 303
    page = owner.get("/admin/operations").text
    assert "“&lt;b&gt;blocked&lt;/b&gt;”" in page
    assert owner.post("/admin/operations/mail/on").status_code == 303
    assert "Stop mail" in owner.get("/admin/operations").text
    with running.begin() as session:
        entries = session.scalars(of_switches.where(AuditEntry.id.not_in(earlier)).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("switched_off", {"on": True}, {"on": False, "why": "<b>blocked</b>"}),
        ("switched_on", {"on": False}, {"on": True}),
    ]
