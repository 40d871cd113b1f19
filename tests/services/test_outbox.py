"""Facts written with the rows reach the broker, or stay written."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from webapp.domain.clock import FrozenClock
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.models import OutboxEvent
from webapp.queries.outbox import outbox_status
from webapp.services import outbox
from webapp.services.transaction import Begin

Published = list[tuple[EventKind, UUID]]


def collect(into: Published) -> outbox.Publish:
    def publish(kind: EventKind, subjects: Sequence[UUID]) -> None:
        into.extend((kind, subject) for subject in subjects)

    return publish


def broken(kind: EventKind, subjects: Sequence[UUID]) -> None:
    raise ConnectionError("broker gone")


def add(session: Session, clock: FrozenClock, number: int, *, later: timedelta = timedelta()) -> list[UUID]:
    ids = [new_id() for _ in range(number)]
    outbox.add(session, EventKind.MESSAGE_DUE, ids, due_at=clock.now() + later)
    return ids


def test_due_events_go_out_once_and_later_ones_wait(session: Session, begin: Begin, clock: FrozenClock) -> None:
    due, later = add(session, clock, 7), add(session, clock, 2, later=timedelta(minutes=10))
    published: Published = []
    assert outbox.publish_due(begin, collect(published), clock, batch=3) == 7
    assert outbox.publish_due(begin, collect(published), clock, batch=3) == 0
    assert [subject for _, subject in published] == due
    clock.advance(timedelta(minutes=10))
    outbox.publish_due(begin, collect(published), clock)
    assert [subject for _, subject in published] == due + later


def test_a_broker_that_refuses_leaves_them_written(session: Session, begin: Begin, clock: FrozenClock) -> None:
    due = add(session, clock, 3)
    with pytest.raises(ConnectionError):
        outbox.publish_due(begin, broken, clock)
    assert outbox_status(session, clock.now()).due == 3
    published: Published = []
    outbox.publish_due(begin, collect(published), clock)
    assert [subject for _, subject in published] == due


def test_relays_side_by_side_share_the_work(fresh_database_url: str) -> None:
    engine = create_engine(fresh_database_url)
    begin = sessionmaker(engine).begin
    clock = FrozenClock(datetime(2026, 11, 22, tzinfo=UTC))
    with begin() as session:
        due = add(session, clock, 400)
    published: Published = []
    relays = [
        threading.Thread(target=outbox.publish_due, args=(begin, collect(published), clock), kwargs={"batch": 20})
        for _ in range(6)
    ]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    # A relay stops when its batch is not full, which other relays' locks can bring about: one more takes the rest.
    outbox.publish_due(begin, collect(published), clock)
    engine.dispose()
    assert sorted(subject for _, subject in published) == sorted(due)


def test_the_purge_keeps_a_week_and_all_that_is_unpublished(session: Session, begin: Begin, clock: FrozenClock) -> None:
    add(session, clock, 2)
    outbox.publish_due(begin, collect([]), clock)
    clock.advance(timedelta(days=6))
    add(session, clock, 1)
    assert outbox.purge(session, clock) == 0
    clock.advance(timedelta(days=2))
    assert outbox.purge(session, clock) == 2
    assert session.scalar(select(func.count()).select_from(OutboxEvent)) == 1
