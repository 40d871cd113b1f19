"""Every operation, tried with another partner's ids, with the other kind of key, and without each scope."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.api.conftest import Caller
from tests.api.world import EVERY, NOW, Side, World
from webapp.api.access import ACCESS_MARK, Access
from webapp.api.document import current_document, operations
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.api_key import Scope
from webapp.domain.clock import FrozenClock
from webapp.domain.partner import PartnerStatus
from webapp.models import ApiKey, Base, Partner
from webapp.queries.api_key import list_api_keys
from webapp.services.api_key import authenticate, revoke_key

Call = Callable[[str | None], Caller]
PUBLIC = {"create_matches"}
BODIES: dict[str, dict[str, str]] = {
    "create_webhook_endpoint": {"url": "https://x.example/y"},
    "record_lead_status": {"status": "contacted", "on": "2026-11-22"},
    "correct_lead_status": {"reason": "wrong_lead"},
    "request_lead_return": {"reason": "bad_contact"},
}
"""What an operation must be sent before it looks whose thing it is about."""
SHARED = {"get_program"}
"""Read by every partner alike: the catalogue is public."""


def cases(app: Flask) -> Iterator[tuple[str, str, dict[str, Any]]]:
    with app.app_context():
        found = list(operations(current_document()))
    assert len(found) > 15
    yield from found


def ask(caller: Caller, path: str, method: str, operation: dict[str, Any], ids: dict[str, str]) -> Any:
    path = path.removeprefix("/api/v1").format(**ids)
    body = BODIES.get(operation["operationId"], {})
    return caller.get(path) if method == "get" else caller.post(path, json=body)


def rows(runtime: Runtime) -> dict[str, int]:
    """How many rows every table has."""
    with runtime.begin() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_every_view_says_who_may_call_it(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            access: Access = getattr(app.view_functions[rule.endpoint], ACCESS_MARK)
            writes = "POST" in (rule.methods or ()) and not access.public
            assert not writes or access.scope is not None, rule
            assert access.limits, rule


def test_other_peoples_things_are_not_found(app: Flask, call: Call, world: World, api_runtime: Runtime) -> None:
    tried, before = 0, rows(api_runtime)
    pairs = ((world.rival, world.live), (world.live, world.rival), (world.live, world.test), (world.test, world.live))
    for path, method, operation in cases(app):
        if "{" not in path or operation["operationId"] in SHARED:
            continue
        for asking, owner in pairs:
            if "endpoint_id" in path and asking.school == owner.school:
                continue  # endpoints are of the partner, not of one kind of key
            answer = ask(call(asking.key), path, method, operation, owner.ids())
            assert answer.status_code == 404, f"{method} {path}"
            assert answer.mimetype == "application/problem+json"
            tried += 1
    assert tried >= 24
    assert rows(api_runtime) == before


def test_a_key_does_what_its_scopes_say_and_nothing_else(
    app: Flask, call: Call, world: World, key_of: Callable[..., str], api_runtime: Runtime
) -> None:
    keys = {scope: call(key_of(world.live.school, *(EVERY - {scope}))) for scope in Scope}
    single = {scope: call(key_of(world.live.school, scope)) for scope in Scope}
    before = rows(api_runtime)
    for path, method, operation in cases(app):
        needed = [scope for each in operation["security"] for scope in each.get("key", ())]
        for scope in needed:
            refused = ask(keys[Scope(scope)], path, method, operation, world.live.ids())
            assert refused.status_code == 403, f"{method} {path}"
            assert refused.json["problems"][0]["remedy"] == f"This operation needs {scope}."
        for scope in set(Scope) - set(needed) if needed else ():
            assert ask(single[scope], path, method, operation, world.live.ids()).status_code == 403, f"{path} {scope}"
    assert rows(api_runtime) == before
    for path, method, operation in cases(app):
        if method == "get":
            scopes = [scope for each in operation["security"] for scope in each.get("key", ())]
            allowed = single[Scope(scopes[0])] if scopes else single[Scope.MATCHES]
            assert ask(allowed, path, method, operation, world.live.ids()).status_code == 200, path


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer pm_live_000000000000_" + "A" * 43, "Bearer \u00e9"],
)
def test_without_a_good_key_there_is_401(app: Flask, header: str | None) -> None:
    client = app.test_client()
    # A cookie of whatever session opens nothing here, and none is set.
    client.set_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.Zz.zz")
    for path, method, operation in cases(app):
        if operation["operationId"] in PUBLIC and header is None:
            continue
        headers = {} if header is None else {"Authorization": header}
        answer = client.open(path.replace("{", "").replace("}", ""), method=method.upper(), headers=headers)
        if "_id" in path and "program_id" not in path:
            assert answer.status_code == 404  # no id at all: there is no such address
            continue
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.mimetype == "application/problem+json"
        assert "Set-Cookie" not in answer.headers


def test_keys_end(world: World, api_runtime: Runtime, key_of: Callable[..., str]) -> None:
    clock = FrozenClock(NOW)
    runtime = replace_parts(api_runtime, clock=clock)
    whole = key_of(world.rival.school, Scope.LEADS_READ, expires_at=NOW + timedelta(days=1))
    other = key_of(world.rival.school, Scope.LEADS_READ)

    def opens(key: str) -> bool:
        with runtime.begin() as session:
            return authenticate(session, clock, key) is not None

    assert opens(whole)
    assert not opens(whole[:-1] + ("A" if whole[-1] != "A" else "B"))
    assert not opens(whole.replace("pm_live", "pm_test"))
    clock.advance(timedelta(days=1))
    assert not opens(whole)
    assert opens(other)
    with runtime.begin() as session:
        key_id = session.execute(select(ApiKey.id).where(ApiKey.prefix == other[:20])).scalar_one()
        revoke_key(session, clock, partner_id=world.rival.school.partner_id, key_id=key_id, actor="test")
    assert not opens(other)
    with runtime.begin() as session:
        session.execute(
            update(Partner).where(Partner.id == world.rival.school.partner_id).values(status=PartnerStatus.ENDED)
        )
    assert not opens(world.rival.key)
    with runtime.begin() as session:
        session.execute(
            update(Partner).where(Partner.id == world.rival.school.partner_id).values(status=PartnerStatus.LIVE)
        )
    assert opens(world.rival.key)


def test_of_a_key_only_a_hash_is_kept_and_its_use_to_the_hour(world: World, api_runtime: Runtime) -> None:
    side: Side = world.rival
    clock = FrozenClock(NOW + timedelta(days=2))
    with api_runtime.begin() as session:
        authenticate(session, clock, side.key)
        clock.advance(timedelta(minutes=59))
        authenticate(session, clock, side.key)
    with api_runtime.begin() as session:
        row = next(row for row in list_api_keys(session, side.school.partner_id) if side.key.startswith(row.prefix))
        stored = session.execute(select(ApiKey).where(ApiKey.id == row.id)).scalar_one()
        held = " ".join(str(getattr(stored, column.name)) for column in ApiKey.__table__.columns)
    assert side.key[21:] not in held
    assert row.last_used_at == NOW + timedelta(days=2)
