"""A lease: one worker's right to work on a row for a while. Written in the row, so it outlives the worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.domain.delivery import AttemptOutcome
from webapp.domain.ids import new_id
from webapp.models import Attempt, Delivery, Message, PartnerNotice
from webapp.observability.metrics import ATTEMPTS

Leasable = Delivery | Message | PartnerNotice


def take(row: Leasable, now: datetime, length: timedelta) -> UUID:
    """Lease `row` (already locked, already moved to its leased status) for `length` from `now` on; the lease's id."""
    row.lease_id = new_id()
    row.leased_until = now + length
    row.attempts_made += 1
    row.due_at = None
    return row.lease_id


def give_up(row: Leasable, *, due_at: datetime | None = None) -> None:
    """End the lease. `due_at` is when the row may be taken again; None when never."""
    row.lease_id = row.leased_until = None
    row.due_at = due_at


def is_abandoned(row: Leasable, now: datetime) -> bool:
    """Whether whoever held the lease ran out of time: it died, or hangs."""
    return row.leased_until is not None and row.leased_until <= now


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried at a delivery: whose method, and what is sent, without its secrets."""

    partner_id: UUID
    endpoint_id: UUID
    request: dict[str, Any] | None = None

    def columns(self) -> dict[str, Any]:
        """As columns of an attempt; what is not there is left out, since JSON has a null of its own."""
        told = {"partner_id": self.partner_id, "endpoint_id": self.endpoint_id, "request": self.request}
        return {name: value for name, value in told.items() if value is not None}


def begin_attempt(session: Session, row: Leasable, now: datetime, tried: Tried | None = None) -> UUID:
    """Write that we are about to talk to the world, so that a crash while talking leaves a trace."""
    subject = _subject(row)
    made = session.execute(select(func.count()).select_from(Attempt).where(subject == row.id)).scalar_one()
    attempt_id = new_id()
    session.execute(
        insert(Attempt).values(
            id=attempt_id,
            number=made + 1,
            outcome=AttemptOutcome.STARTED,
            started_at=now,
            **{subject.key: row.id},
            **(tried.columns() if tried else {}),
        )
    )
    return attempt_id


def finish_attempt(
    session: Session,
    attempt_id: UUID,
    outcome: AttemptOutcome,
    *,
    at: datetime,
    reason: str,
    http_status: int | None = None,
    answer: str | None = None,
    duration_ms: float | None = None,
) -> None:
    """Write how an attempt ended. Nothing in `reason` or `answer` may be the student's data."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(
            outcome=outcome,
            reason=reason,
            finished_at=at,
            http_status=http_status,
            answer=answer,
            duration_ms=duration_ms,
        )
        .execution_options(synchronize_session=False)
    )


def abandon_started(session: Session, row: Leasable, now: datetime) -> bool:
    """Mark attempts that were started and never finished as abandoned; whether there were any."""
    subject = _subject(row)
    abandoned = session.execute(
        update(Attempt)
        .where(subject == row.id, Attempt.outcome == AttemptOutcome.STARTED)
        .values(outcome=AttemptOutcome.ABANDONED, reason="worker_lost", finished_at=now)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(abandoned)


def had_outcome(session: Session, row: Leasable, outcomes: Sequence[AttemptOutcome]) -> bool:
    """Whether any attempt at `row` ended in one of `outcomes`."""
    subject = _subject(row)
    found = session.execute(select(Attempt.id).where(subject == row.id, Attempt.outcome.in_(outcomes)).limit(1))
    return found.first() is not None


def count_attempt(row_kind: str, outcome: AttemptOutcome) -> None:
    """Count an attempt for the metrics."""
    ATTEMPTS.labels(row_kind, outcome).inc()


def _subject(row: Leasable) -> InstrumentedAttribute[UUID | None]:
    """The column of an attempt that names `row`."""
    if isinstance(row, Delivery):
        return Attempt.delivery_id
    return Attempt.message_id if isinstance(row, Message) else Attempt.notice_id
