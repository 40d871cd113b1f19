"""Drafts are kept for as long as we say, and no longer."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from webapp.domain.clock import FrozenClock
from webapp.domain.links import Links
from webapp.models import Draft
from webapp.services import draft

LINKS = Links("https://match.example", "a secret that only these tests know")
KEEP = timedelta(days=90)


def test_an_expired_draft_is_not_found_and_then_deleted(session: Session) -> None:
    clock = FrozenClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    old = draft.start(session, clock, LINKS, keep=KEEP, attribution={})
    session.flush()
    clock.advance(timedelta(days=1))
    young = draft.start(session, clock, LINKS, keep=KEEP, attribution={})
    session.flush()
    clock.advance(KEEP - timedelta(hours=1))
    assert draft.find_by_cookie(session, clock, LINKS.draft_token(old.id)) is None
    assert draft.purge(session, clock) == 1
    assert session.scalars(select(Draft.id)).all() == [young.id]


def test_the_draft_of_a_request_stays_with_it(session: Session) -> None:
    clock = FrozenClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    submit_request(session, clock, LINKS, [])
    clock.advance(timedelta(days=365))
    assert draft.purge(session, clock) == 0
    assert len(session.scalars(select(Draft.id)).all()) == 1


def test_saving_a_step_keeps_the_draft_longer(session: Session) -> None:
    clock = FrozenClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    opened = draft.start(session, clock, LINKS, keep=KEEP, attribution={})
    session.flush()
    clock.advance(KEEP - timedelta(days=1))
    draft.save_step(session, clock, opened.id, "goal", {"words": "Teach machines."}, keep=KEEP)
    clock.advance(timedelta(days=2))
    found = draft.find_by_cookie(session, clock, LINKS.draft_token(opened.id))
    assert found is not None
    assert found.answers == {"goal": {"words": "Teach machines."}}
    assert not found.is_complete


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]), st.sampled_from("123")), max_size=8)
)
def test_changes_are_taken_back_one_by_one_or_all_at_once(
    session: Session, changes: list[tuple[str, str, str]]
) -> None:
    clock = FrozenClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    opened = draft.start(session, clock, LINKS, keep=KEEP, attribution={})
    session.flush()
    now = draft.save_step(session, clock, opened.id, "a", {"x": "0"}, keep=KEEP)
    now = draft.save_step(session, clock, opened.id, "b", {}, keep=KEEP)
    history = [now.answers]
    for step, field, value in changes:
        before = now
        now = draft.change_answers(session, clock, opened.id, {step: {field: value}}, keep=KEEP)
        assert now.changes == before.changes + (now.answers != before.answers)
        if now.answers != before.answers:
            history.append(now.answers)
    if len(changes) % 2:
        now = draft.undo_change(session, clock, opened.id, keep=KEEP, every=True)
    while now.changes:
        assert now.answers == history.pop()
        now = draft.undo_change(session, clock, opened.id, keep=KEEP)
    assert now.answers == history[0]


def test_of_very_many_changes_the_first_is_never_lost(session: Session) -> None:
    clock = FrozenClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    opened = draft.start(session, clock, LINKS, keep=KEEP, attribution={})
    session.flush()
    draft.save_step(session, clock, opened.id, "a", {"x": "form"}, keep=KEEP)
    for number in range(3 * draft.MOST_CHANGES):
        now = draft.change_answers(session, clock, opened.id, {"a": {"x": str(number)}}, keep=KEEP)
        assert now.changes <= draft.MOST_CHANGES + 1
    assert draft.undo_change(session, clock, opened.id, keep=KEEP, every=True).answers == {"a": {"x": "form"}}
    draft.change_answers(session, clock, opened.id, {"a": {"x": "list"}}, keep=KEEP)
    assert draft.save_step(session, clock, opened.id, "a", {"x": "form again"}, keep=KEEP).changes == 0
