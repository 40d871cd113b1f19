"""How the outbox stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import OutboxEvent


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """`due` events should have been published by now; `oldest_seconds` is how late the oldest of them is."""

    due: int
    later: int
    oldest_seconds: float
    by_kind: dict[str, int]


def outbox_status(session: Session, now: datetime) -> OutboxStatus:
    """Unpublished events, due and later."""
    waiting = OutboxEvent.published_at.is_(None)
    due, later, oldest = session.execute(
        select(
            func.count().filter(OutboxEvent.due_at <= now),
            func.count().filter(OutboxEvent.due_at > now),
            func.min(OutboxEvent.due_at),
        ).where(waiting)
    ).one()
    kinds = session.execute(
        select(OutboxEvent.kind, func.count()).where(waiting, OutboxEvent.due_at <= now).group_by(OutboxEvent.kind)
    )
    late = max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0
    return OutboxStatus(due=due, later=later, oldest_seconds=late, by_kind={str(kind): n for kind, n in kinds})
