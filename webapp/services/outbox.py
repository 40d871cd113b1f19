"""The outbox: facts written with the rows that made them true, handed to the broker afterwards."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.events import EventKind
from webapp.models import OutboxEvent
from webapp.observability.metrics import OUTBOX_PUBLISHED
from webapp.services.transaction import Begin

Publish = Callable[[EventKind, Sequence[UUID]], None]
"""Hands ids to the broker, several in one message. Raises when the broker cannot be reached."""

BATCH = 500
KEPT = timedelta(days=7)


def add(session: Session, kind: EventKind, subjects: Iterable[UUID], *, due_at: datetime) -> None:
    """Write one event for each subject, to be acted on at `due_at`."""
    rows = [{"kind": kind, "subject_id": subject, "due_at": due_at} for subject in subjects]
    if rows:
        session.execute(insert(OutboxEvent), rows)


def publish_due(begin: Begin, publish: Publish, clock: Clock, *, batch: int = BATCH) -> int:
    """Hand every due event to the broker, a batch a transaction; the number handed over.

    Several relays may run at once: claimed rows are skipped by the others. If the broker refuses, the batch stays
    unpublished. If we die after publishing and before commit, the events go out twice: what they point to is leased.
    """
    total = 0
    while True:
        with begin() as session:
            events = _claim(session, clock.now(), batch)
            for kind, subjects in events.items():
                publish(kind, subjects)
        published = sum(len(subjects) for subjects in events.values())
        total += published
        for kind, subjects in events.items():
            OUTBOX_PUBLISHED.labels(kind).inc(len(subjects))
        if published < batch:
            return total


def _claim(session: Session, now: datetime, batch: int) -> dict[EventKind, list[UUID]]:
    due = (
        select(OutboxEvent.id)
        .where(OutboxEvent.published_at.is_(None), OutboxEvent.due_at <= now)
        .order_by(OutboxEvent.due_at, OutboxEvent.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(due.scalar_subquery()))
        .values(published_at=now)
        .returning(OutboxEvent.due_at, OutboxEvent.id, OutboxEvent.kind, OutboxEvent.subject_id)
        .execution_options(synchronize_session=False)
    )
    events: dict[EventKind, list[UUID]] = defaultdict(list)
    # RETURNING gives no order; whoever waited longest goes first.
    for _, _, kind, subject in sorted(session.execute(claim), key=lambda row: (row.due_at, row.id)):
        events[kind].append(subject)
    return events


def purge(session: Session, clock: Clock, *, limit: int = 10_000) -> int:
    """Delete published events past their keeping time; the number deleted."""
    old = (
        select(OutboxEvent.id)
        .where(OutboxEvent.published_at < clock.now() - KEPT)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = session.execute(
        delete(OutboxEvent)
        .where(OutboxEvent.id.in_(old.scalar_subquery()))
        .returning(OutboxEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
