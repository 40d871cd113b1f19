"""The attempts at a delivery, a message or a notice, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome
from webapp.models import Attempt


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try. `answer` is what the other side said, cut short; it may hold anything, so show it as text.

    `request` is what was posted, without secrets: {method, url, headers, body, cut}. It holds the student's details; it
    is None where nothing was posted, and once the student is erased.
    """

    number: int
    outcome: AttemptOutcome
    reason: str | None
    http_status: int | None
    answer: str | None
    started_at: datetime
    finished_at: datetime | None
    duration_ms: float | None
    request: dict[str, Any] | None


def attempts_at_delivery(session: Session, delivery_id: UUID) -> tuple[AttemptRow, ...]:
    """Every attempt at one delivery, first to last."""
    return _attempts(session, Attempt.delivery_id == delivery_id)


def attempts_at_message(session: Session, message_id: UUID) -> tuple[AttemptRow, ...]:
    """Every attempt at one message, first to last."""
    return _attempts(session, Attempt.message_id == message_id)


def attempts_at_notice(session: Session, notice_id: UUID) -> tuple[AttemptRow, ...]:
    """Every attempt at one notice, first to last."""
    return _attempts(session, Attempt.notice_id == notice_id)


def _attempts(session: Session, whose: ColumnElement[bool]) -> tuple[AttemptRow, ...]:
    rows = session.execute(
        select(
            Attempt.number,
            Attempt.outcome,
            Attempt.reason,
            Attempt.http_status,
            Attempt.answer,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.duration_ms,
            Attempt.request,
        )
        .where(whose)
        .order_by(Attempt.number)
    )
    return tuple(AttemptRow(*row) for row in rows)
