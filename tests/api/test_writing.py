"""What a partner's systems change: endpoints, proposals, replays; each once, however often it is asked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.api.conftest import Caller
from tests.api.world import NOW, Side, World, make_key
from tests.factories.school import make_school
from webapp.bootstrap import Runtime
from webapp.domain.api_key import Scope
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.ids import new_id
from webapp.domain.partner import PartnerStatus
from webapp.models import (
    AuditEntry,
    Delivery,
    FunnelEvent,
    KeptAnswer,
    LeadReturn,
    PartnerEndpoint,
    Program,
    ProgramProposal,
)
from webapp.services import kept_answer
from webapp.services.signing_secret import secrets_of

Call = Callable[[str | None], Caller]
URL = "https://crm.larkspur.example/leads"


def listing(world: World, **more: str) -> dict[str, str]:
    return {
        "program_id": f"larkspur-{new_id().hex[-8:]}",
        "institution": "Larkspur Institute",
        "name": "M.S. in Data Science",
        "credential": "master",
        "cip": "30.7001",
        **more,
    }


def test_an_endpoint_is_added_read_and_disabled(call: Call, world: World, api_runtime: Runtime) -> None:
    caller = call(world.live.key)
    made = caller.post("/webhook-endpoints", {"url": URL})
    assert (made.status_code, made.json["secret"][:6]) == (201, "whsec_")
    endpoint = f"/webhook-endpoints/{made.json['endpoint_id']}"
    assert "secret" not in caller.get(endpoint).json
    assert URL in {each["url"] for each in caller.get("/webhook-endpoints").json["items"]}
    for _ in range(2):
        disabled = caller.post(f"{endpoint}/disable")
        assert disabled.json["disabled_reason"] == "disabled_by_partner"
    with api_runtime.begin() as session:
        row = session.get_one(PartnerEndpoint, made.json["endpoint_id"])
        assert row.sealed_secret
        assert api_runtime.seal.open(row.sealed_secret) == made.json["secret"]
        written = session.scalars(select(AuditEntry.actor).where(AuditEntry.object_id == str(row.id))).all()
    assert list(written) == [f"API key {world.live.key[:20]}"] * 2


@pytest.mark.parametrize(
    "url",
    ["http://crm.example/x", "https://10.0.0.1/x", "https://[::1]/", "https://2130706433/", "ftp://a.example", "x", "",
     "https://user:pass@a.example/", "https://a.example/\n", "https://a.example/" + "x" * 2000],
)  # fmt: skip
def test_an_address_that_cannot_be_a_partners_is_refused(call: Call, world: World, url: str) -> None:
    answer = call(world.live.key).post("/webhook-endpoints", {"url": url})
    assert answer.status_code == 422
    assert answer.json["problems"][0]["where"] == "url"
    assert not url or len(url) < 3 or url not in answer.text


def test_a_test_key_does_not_turn_live_leads(call: Call, world: World, api_runtime: Runtime) -> None:
    caller = call(world.test.key)
    assert caller.post("/webhook-endpoints", {"url": URL}).status_code == 403
    assert caller.post(f"/webhook-endpoints/{world.test.school.endpoint_id}/disable").status_code == 403
    with api_runtime.begin() as session:
        school = make_school(session, api_runtime.seal, name="Newcomer", status=PartnerStatus.TEST)
        key = make_key(session, api_runtime, school.partner_id, test=True)
    assert call(key).post("/webhook-endpoints", {"url": URL}).status_code == 201


def test_a_repeat_is_answered_as_the_first_was(call: Call, world: World, api_runtime: Runtime) -> None:
    caller, name = call(world.rival.key), {"Idempotency-Key": new_id().hex}
    first = caller.post("/webhook-endpoints", {"url": URL}, headers=name)
    again = caller.post("/webhook-endpoints", {"url": URL}, headers=name)
    assert (again.status_code, again.data) == (201, first.data)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    other = caller.post("/webhook-endpoints", {"url": URL + "2"}, headers=name)
    assert (other.status_code, other.json["problems"][0]["where"]) == (422, "Idempotency-Key")
    elsewhere = caller.post(f"/webhook-endpoints/{first.json['endpoint_id']}/disable", headers=name)
    assert elsewhere.status_code == 422
    # The name is the key's own, what was refused is not kept, and a secret is not kept in the clear.
    assert call(world.live.key).post("/webhook-endpoints", {"url": URL}, headers=name).status_code == 201
    fresh = {"Idempotency-Key": new_id().hex}
    assert caller.post("/webhook-endpoints", {"url": "http://x.example"}, headers=fresh).status_code == 422
    assert caller.post("/webhook-endpoints", {"url": URL}, headers=fresh).status_code == 201
    assert caller.post("/webhook-endpoints", {"url": URL}, headers={"Idempotency-Key": "a b"}).status_code == 422
    with api_runtime.begin() as session:
        kept = session.scalars(select(KeptAnswer)).all()
        assert all(first.json["secret"].encode() not in (each.sealed_answer or b"") for each in kept)
        assert kept_answer.purge(session, FrozenClock(NOW + timedelta(hours=23))) == 0
        assert kept_answer.purge(session, FrozenClock(NOW + timedelta(hours=25))) == len(kept)


def test_of_many_at_once_one_is_done(call: Call, world: World, api_runtime: Runtime) -> None:
    name = {"Idempotency-Key": new_id().hex}
    body: dict[str, Any] = {"kind": "listing", "listing": listing(world)}
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: call(world.live.key).post("/program-proposals", body, headers=name), range(8))
        )
    assert {each.status_code for each in answers} == {201}
    assert len({each.data for each in answers}) == 1
    with api_runtime.begin() as session:
        made = select(func.count()).where(ProgramProposal.program_id == body["listing"]["program_id"])
        assert session.execute(made).scalar_one() == 1


def test_a_proposal_waits_for_staff_and_publishes_nothing(call: Call, world: World, api_runtime: Runtime) -> None:
    caller = call(world.live.key)
    with api_runtime.begin() as session:
        before = session.scalars(select(Program.digest).order_by(Program.id)).all()
    made = caller.post("/program-proposals", {"kind": "listing", "listing": listing(world, months="24"), "note": "New"})
    assert (made.status_code, made.json["status"], made.json["listing"]["months"]) == (201, "pending", "24")
    path = f"/program-proposals/{made.json['proposal_id']}"
    assert caller.get(path).json == made.json
    pending = caller.get("/program-proposals", query_string={"status": "pending"}).json["items"]
    assert made.json["proposal_id"] in {each["proposal_id"] for each in pending}
    for _ in range(2):
        assert caller.post(f"{path}/withdraw").json["status"] == "withdrawn"
    with api_runtime.begin() as session:
        assert session.scalars(select(Program.digest).order_by(Program.id)).all() == before
        row = session.get_one(ProgramProposal, made.json["proposal_id"])
        row.status = type(row.status).ACCEPTED
    assert caller.post(f"{path}/withdraw").status_code == 409


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"kind": "listing"}, "listing"),
        ({"kind": "removal", "program_id": "test-rival-ms"}, "program_id"),
        ({"kind": "removal", "program_id": "nothing"}, "program_id"),
        ({"kind": "removal", "program_id": "a", "listing": {}}, "program_id"),
        ({"kind": "other"}, "kind"),
        ({"kind": "listing", "listing": {"colour": "secret-blue"}}, "listing.colour"),
        ({"kind": "listing", "listing": {"institution": "Rival Institute"}}, "listing.institution"),
        ({"kind": "listing", "listing": {"program_id": "test-rival-ms"}}, "listing.program_id"),
        ({"kind": "listing", "listing": {"months": "secret-many"}}, "listing.months"),
        ({"kind": "listing", "listing": {"name": 5}}, "listing.name"),
        ({"kind": "listing", "listing": {}, "note": "secret\u0000"}, "note"),
        ({"kind": "listing", "listing": {}, "surprise": "secret"}, "surprise"),
    ],
)
def test_a_proposal_that_will_not_do_is_refused_by_name(
    call: Call, world: World, body: dict[str, Any], where: str
) -> None:
    if isinstance(body.get("listing"), dict) and body["kind"] == "listing":
        body = {**body, "listing": {**listing(world), **body["listing"]}}
    answer = call(world.live.key).post("/program-proposals", body)
    assert answer.status_code == 422
    assert where in {each["where"] for each in answer.json["problems"]}
    assert "secret" not in answer.text


def test_a_failed_delivery_is_sent_again_once(call: Call, newcomer: Side, api_runtime: Runtime) -> None:
    caller, path = call(newcomer.key), f"/webhook-deliveries/{newcomer.deliveries['failed']}"
    done = caller.post(f"{path}/replay", headers={"Idempotency-Key": "once"})
    assert (done.status_code, done.json["status"], done.json["attempts_made"]) == (200, "pending", 0)
    assert caller.post(f"{path}/replay", headers={"Idempotency-Key": "once"}).data == done.data
    assert done.json["reason"] == "replayed_by_partner"
    assert caller.post(f"{path}/replay").status_code == 409
    with api_runtime.begin() as session:
        assert session.get_one(Delivery, newcomer.deliveries["failed"]).status is DeliveryStatus.PENDING


def test_the_key_tells_what_it_may_do(call: Call, world: World, key_of: Callable[..., str]) -> None:
    told = call(key_of(world.rival.school, Scope.MATCHES, Scope.LEADS_READ)).get("/key").json
    assert told["scopes"] == ["leads:read", "matches"]
    assert (told["test"], told["partner"]) == (False, "Rival Institute")


def test_a_partner_says_how_far_it_came_and_asks_for_a_return(call: Call, world: World, api_runtime: Runtime) -> None:
    caller = call(world.live.key)
    lead = f"/leads/{world.live.ids()['lead_id']}"
    said = {"status": "contacted", "on": NOW.date().isoformat()}
    assert [caller.post(f"{lead}/status", said).json["is_new"] for _ in range(2)] == [True, False]
    back = caller.post(f"{lead}/status", {"status": "qualified", "on": "2026-01-01"})
    assert (back.status_code, back.json["problems"][0]["where"]) == (422, "date")
    assert caller.post(f"{lead}/status", {"status": "sold", "on": said["on"]}).status_code == 422

    assert caller.post(f"{lead}/return", {"reason": "other"}).status_code == 422
    asked = caller.post(f"{lead}/return", {"reason": "bad_contact", "words": "No such number."})
    assert (asked.status_code, asked.json["status"], asked.json["decided_at"]) == (201, "requested", None)
    assert "asked for before" in caller.post(f"{lead}/return", {"reason": "bad_contact"}).text
    with api_runtime.begin() as session:
        (step,) = session.scalars(select(FunnelEvent).where(FunnelEvent.lead_id == world.live.leads["delivered"]))
        made = session.scalars(select(LeadReturn).where(LeadReturn.lead_id == world.live.leads["delivered"])).one()
    assert (step.status, step.source) == ("contacted", "api")
    assert made.requested_by.startswith("API key pm_live_")


def test_what_was_said_is_corrected_with_a_reason_once(call: Call, world: World, api_runtime: Runtime) -> None:
    caller, lead = call(world.rival.key), f"/leads/{world.rival.ids()['lead_id']}"
    said = {"status": "contacted", "on": NOW.date().isoformat()}
    assert caller.post(f"{lead}/status", said).json["is_new"]
    fix, once = f"{lead}/status/correction", {"Idempotency-Key": new_id().hex}
    assert caller.post(f"{lead}/status", {**said, "status": "applied"}).json["is_new"]
    half = caller.post(fix, {"reason": "wrong_date", "status": "qualified"})
    assert (half.status_code, half.json["problems"][0]["where"]) == (422, "body")
    ahead = caller.post(fix, {**said, "reason": "wrong_date", "status": "started"})
    assert (ahead.status_code, ahead.json["problems"][0]["where"]) == (422, "status")
    right = caller.post(fix, {**said, "reason": "wrong_date", "status": "qualified"}, headers=once)
    assert (right.status_code, right.json["status"], right.json["is_new"]) == (200, "qualified", True)
    assert caller.post(fix, {**said, "reason": "wrong_date", "status": "qualified"}, headers=once).data == right.data
    assert caller.post(fix, {"reason": "wrong_lead"}).json == {**right.json, "status": None, "on": None}
    assert not caller.post(fix, {"reason": "wrong_lead"}).json["is_new"]
    with api_runtime.begin() as session:
        kept = session.scalars(select(FunnelEvent.correction).where(FunnelEvent.lead_id == right.json["lead_id"]))
        assert [str(each or "") for each in kept] == ["", "", "wrong_date", "wrong_lead"]


def test_a_secret_is_changed_without_a_gap(call: Call, world: World, api_runtime: Runtime) -> None:
    caller = call(world.live.key)
    endpoint = f"/webhook-endpoints/{world.live.ids()['endpoint_id']}"
    made = caller.post(f"{endpoint}/rotate-secret")
    assert made.status_code == 200
    with api_runtime.begin() as session:
        row = session.get_one(PartnerEndpoint, world.live.school.endpoint_id)
        signing = secrets_of(row, api_runtime.seal, api_runtime.clock.now())
    assert signing == (made.json["secret"], world.live.school.secret)
    assert caller.post(f"{endpoint}/rotate-secret").status_code == 422
