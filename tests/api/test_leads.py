"""What a partner's systems see of its leads: nothing before the hand-over, nothing of anybody else's."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from tests.api.conftest import Caller
from tests.api.world import NOW, World
from webapp.bootstrap import Runtime
from webapp.models import Lead, Prospect

Call = Callable[[str | None], Caller]


def test_only_leads_that_were_handed_over_are_listed(call: Call, world: World) -> None:
    for side in (world.live, world.test, world.rival):
        told = call(side.key).get("/leads").json
        assert {each["lead_id"] for each in told["items"]} == {
            str(side.leads[name]) for name in ("delivered", "failed", "withdrawn")
        }
        assert {each["test"] for each in told["items"]} == {side.test}
        assert "student.example" not in str(told)
        for name in ("undo", "held"):
            assert call(side.key).get(f"/leads/{side.leads[name]}").status_code == 404


def test_details_are_there_only_while_the_lead_is_delivered(call: Call, world: World, api_runtime: Runtime) -> None:
    caller, side = call(world.live.key), world.live
    found = caller.get(f"/leads/{side.leads['delivered']}").json
    assert found["document"]["lead_id"] == found["lead_id"]
    assert found["document"]["student"]["email"] == f"delivered-{side.school.program_id}-False@student.example"
    for name in ("failed", "withdrawn"):
        answer = caller.get(f"/leads/{side.leads[name]}")
        assert answer.json["document"] is None
        assert "student.example" not in answer.text
    with api_runtime.begin() as session:
        prospect = session.get_one(Lead, side.leads["delivered"]).prospect_id
        session.execute(update(Prospect).where(Prospect.id == prospect).values(erased_at=NOW))
    erased = caller.get(f"/leads/{side.leads['delivered']}").json
    assert (erased["erased"], erased["document"]) == (True, None)
    with api_runtime.begin() as session:
        session.execute(update(Prospect).where(Prospect.id == prospect).values(erased_at=None))


def test_pages_filters_and_the_time_of_the_last_poll(call: Call, world: World) -> None:
    caller, seen, cursor = call(world.live.key), [], None
    for _ in range(3):
        page = caller.get("/leads", query_string={"limit": 1, **({"cursor": cursor} if cursor else {})}).json
        seen += [each["lead_id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(set(seen)) == 3
    for query, names in (
        ({"status": "failed"}, {"failed"}),
        ({"status": "queued"}, set()),
        ({"program_id": "no-such-program"}, set()),
        ({"program_id": world.live.school.program_id}, {"delivered", "failed", "withdrawn"}),
        ({"updated_since": (NOW + timedelta(minutes=3, seconds=1)).isoformat()}, set()),
        ({"updated_since": (NOW + timedelta(minutes=3)).isoformat()}, {"delivered", "failed", "withdrawn"}),
        ({"updated_since": (NOW + timedelta(days=1)).isoformat()}, set()),
    ):
        told = caller.get("/leads", query_string=query).json
        assert {each["lead_id"] for each in told["items"]} == {str(world.live.leads[name]) for name in names}, query


def test_what_is_as_it_was_is_not_sent_again(call: Call, world: World) -> None:
    caller, path = call(world.live.key), f"/leads/{world.live.leads['failed']}"
    tag = caller.get(path).headers["ETag"]
    again = caller.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert caller.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_deliveries_tell_every_attempt_and_no_withdrawn_students_words(call: Call, world: World) -> None:
    caller, side = call(world.live.key), world.live
    listed = caller.get("/webhook-deliveries").json
    assert {each["delivery_id"] for each in listed["items"]} == {
        str(side.deliveries[name]) for name in ("delivered", "failed", "withdrawn")
    }
    one = caller.get(
        "/webhook-deliveries", query_string={"lead_id": str(side.leads["failed"]), "status": "failed"}
    ).json
    assert [each["attempts_made"] for each in one["items"]] == [2]
    failed = caller.get(f"/webhook-deliveries/{side.deliveries['failed']}").json
    assert [each["http_status"] for each in failed["attempts"]] == [503, 503]
    for name, answer in (("delivered", "thank you, delivered student"), ("withdrawn", None)):
        told = caller.get(f"/webhook-deliveries/{side.deliveries[name]}").json
        assert [each["answer"] for each in told["attempts"]] == [answer]
    for name in ("undo", "held"):
        assert caller.get(f"/webhook-deliveries/{side.deliveries[name]}").status_code == 404
