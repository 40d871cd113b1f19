"""Every form of the back office is really sent: by who may and who may not, and leaves its trace.

What is sent stands in `tests/admin/every_post.py`. All of it happens within one transaction that is taken back after
each form, so every form finds the same back office.
"""

from collections.abc import Callable, Iterator

import pytest
import redis
from flask import Flask
from werkzeug.routing import MapAdapter

from tests.admin.conftest import Visitor
from tests.admin.every_post import BOTH, EVERY_POST
from tests.admin.stage import Filled, Stage, cookie_of, post, prepare, stage, told
from tests.admin.test_access import POSTS, path_of, rules_of
from tests.factories.staff import StaffLogin
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.staff_role import Role

__all__ = ["stage"]

OWN = (
    "admin.login.",
    "admin.proof.",
    "admin.account.",
    "admin.second_step.",
    "admin.saved_views.",
    "admin.staff.require_second_step",
)
"""Forms of which each person has a page of their own. The others are filled in once, by an owner."""


def _faults_of(stage: Stage, adapter: MapAdapter, endpoint: str) -> Iterator[str]:
    """What is wrong with how each role may or may not send one form, and with the trace that it leaves."""
    owner = stage.people[Role.OWNER]
    if not endpoint.startswith(OWN):
        within = stage.connection.begin_nested()
        try:
            form = prepare(stage, adapter, owner, endpoint)
            for role in _tried_by(endpoint):
                yield from _tried(stage, endpoint, role, form)
            yield from _tried_without_token(stage, form)
        except AssertionError as fault:
            yield str(fault)
        within.rollback()
        return
    for role in (role for role in _tried_by(endpoint) if role in POSTS[endpoint]):
        within = stage.connection.begin_nested()
        try:
            yield from _tried(stage, endpoint, role, prepare(stage, adapter, stage.people[role], endpoint))
        except AssertionError as fault:
            yield f"{role}: {fault}"
        within.rollback()


def _tried_by(endpoint: str) -> list[Role]:
    """An owner, one other role that may and one that may not: other ones from form to form, so that all have turns.

    That each view lets in whom `POSTS` names, and nobody else, `test_access.py` holds for every role.
    """
    turn, others = list(EVERY_POST).index(endpoint), [role for role in Role if role is not Role.OWNER]
    may = [role for role in others if role in POSTS[endpoint]]
    may_not = [role for role in others if role not in POSTS[endpoint]]
    return [Role.OWNER, *(roles[turn % len(roles)] for roles in (may, may_not) if roles)]


def _tried(stage: Stage, endpoint: str, role: Role, form: Filled) -> Iterator[str]:
    login, visitor, cookie, token = stage.people[role]
    sent, within = EVERY_POST[endpoint], stage.connection.begin_nested()
    visitor.client.set_cookie("session", cookie)
    before = len(stage.entries(login))
    opened_it = role is Role.OWNER or endpoint.startswith(OWN)
    answer = post(visitor, form, form.token if opened_it and form.token else token)
    new = stage.entries(login)[before:]
    held = {name for entry in new for name in ("before", "after") if getattr(entry, name) is not None}
    if role not in POSTS[endpoint]:
        if answer.status_code != 403 or new:
            yield f"{role}: {answer.status_code} for a role that may not"
    elif answer.status_code >= 400:
        yield f"{role}: {answer.status_code}: {told(answer.text)}"
    elif sent.why_silent:
        if new:
            yield f"{role}: it writes down more than it says"
    elif not new:
        yield f"{role}: no entry in the audit log: {told(visitor.get(answer.location or '/admin/').text)}"
    elif any(entry.remote_address is None or entry.actor != login.email for entry in new):
        yield f"{role}: an entry without who or from where"
    elif not held >= sent.told:
        yield f"{role}: the entry holds {sorted(held)}, not {sorted(sent.told)}"
    within.rollback()


def _tried_without_token(stage: Stage, form: Filled) -> Iterator[str]:
    login, visitor, cookie, _ = stage.people[Role.OWNER]
    visitor.client.set_cookie("session", cookie)
    before = len(stage.entries(login))
    if post(visitor, form, "forged").status_code != 400 or len(stage.entries(login)) != before:
        yield "it works without its token"


def test_every_form_is_known(app: Flask) -> None:
    assert set(EVERY_POST) == set(POSTS)
    assert all(sent.told <= BOTH for sent in EVERY_POST.values())


def test_every_form_is_sent_by_who_may_and_who_may_not_and_leaves_its_trace(stage: Stage) -> None:
    adapter = stage.app.url_map.bind("localhost")
    faults = [f"{endpoint}: {fault}" for endpoint in EVERY_POST for fault in _faults_of(stage, adapter, endpoint)]
    assert faults == [], "\n".join(faults)


@pytest.fixture
def limited(admin_runtime: Runtime, running: Runtime, redis_url: str) -> Iterator[tuple[Flask, redis.Redis]]:
    """The application with rate limits, which are one setting of a process and so lifted again; and their counts."""
    settings = running.settings.model_copy(update={"rate_limits": True, "redis_url": redis_url})
    counts = redis.Redis.from_url(redis_url)
    yield create_app(settings, runtime=replace_parts(running, settings=settings)), counts
    counts.close()
    create_app(admin_runtime.settings, runtime=admin_runtime)


def test_every_form_is_slowed_down(limited: tuple[Flask, redis.Redis], account: Callable[..., StaffLogin]) -> None:
    """Each is sent once, its counts are set as if it had been sent a thousand times more, and it is sent again."""
    app, counts = limited
    client, login = app.test_client(), account("owner")
    client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    visitor = Visitor(client)
    assert visitor.log_in(login.email, login.password).status_code == 302
    token, cookie = visitor.token("/admin/"), cookie_of(visitor)
    for rule in rules_of(app):
        if "POST" not in (rule.methods or ()):
            continue
        for status in (None, 429):
            client.set_cookie("session", cookie)
            answer = client.post(path_of(app, rule), data={"csrf_token": token})
            assert status in (None, answer.status_code), rule.endpoint
            if rule.endpoint == "admin.login.log_out" and status is None:
                assert visitor.log_in(login.email, login.password).status_code == 302
                token, cookie = visitor.token("/admin/"), cookie_of(visitor)
            for key in list(counts.scan_iter("LIMITS:*203.0.113.77*")):
                counts.incrby(key, 1_000)
        _start_anew(counts)


def _start_anew(counts: redis.Redis) -> None:
    for key in list(counts.scan_iter("LIMITS:*203.0.113.77*")):
        counts.delete(key)
