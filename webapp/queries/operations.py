"""How the machinery stands: what waits, what is late, what was given up, what is switched off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.domain.delivery import DeliveryStatus
from webapp.domain.message import MessageStatus
from webapp.models import Delivery, Message
from webapp.queries.outbox import OutboxStatus, outbox_status
from webapp.queries.switch import Off, list_off

LATE = timedelta(minutes=1)
"""What has been due for so long should have been picked up several times over."""


@dataclass(frozen=True, slots=True)
class Work:
    """Rows of one kind that a worker has to act on. `oldest_seconds` is how late the latest of them is."""

    waiting: int
    due: int
    in_hand: int
    oldest_seconds: float
    given_up: int

    @property
    def is_late(self) -> bool:
        """Whether something should have moved and has not."""
        return self.oldest_seconds > LATE.total_seconds()


@dataclass(frozen=True, slots=True)
class Operations:
    """The database's side of it."""

    outbox: OutboxStatus
    mail: Work
    deliveries: Work
    off: tuple[Off, ...]
    database_version: str
    database_bytes: int


def get_operations(session: Session, now: datetime) -> Operations:
    """How everything stands at `now`."""
    return Operations(
        outbox=outbox_status(session, now),
        mail=_mail(session, now),
        deliveries=_deliveries(session, now),
        off=list_off(session),
        database_version=session.execute(text("SHOW server_version")).scalar_one(),
        database_bytes=session.execute(select(func.pg_database_size(func.current_database()))).scalar_one(),
    )


def _mail(session: Session, now: datetime) -> Work:
    return _work(
        session,
        now,
        Message.status,
        Message.due_at,
        waiting=(MessageStatus.PENDING, MessageStatus.DEFERRED),
        in_hand=MessageStatus.LEASED,
        given_up=(MessageStatus.FAILED, MessageStatus.UNCERTAIN),
    )


def _deliveries(session: Session, now: datetime) -> Work:
    return _work(
        session,
        now,
        Delivery.status,
        Delivery.due_at,
        waiting=(DeliveryStatus.PENDING,),
        in_hand=DeliveryStatus.LEASED,
        given_up=(DeliveryStatus.FAILED,),
    )


def _work(
    session: Session,
    now: datetime,
    status: InstrumentedAttribute[Any],
    due_at: InstrumentedAttribute[datetime | None],
    *,
    waiting: Sequence[StrEnum],
    in_hand: StrEnum,
    given_up: Sequence[StrEnum],
) -> Work:
    is_due = due_at <= now
    waits = session.execute(
        select(
            func.count().label("waiting"),
            func.count().filter(is_due).label("due"),
            func.min(due_at).filter(is_due).label("oldest"),
        ).where(status.in_(waiting), due_at.is_not(None))
    ).one()
    late = max((now - waits.oldest).total_seconds(), 0.0) if waits.oldest is not None else 0.0
    held = session.execute(select(func.count()).where(status == in_hand)).scalar_one()
    over = session.execute(select(func.count()).where(status.in_(given_up))).scalar_one()
    return Work(waiting=waits.waiting, due=waits.due, in_hand=held, oldest_seconds=late, given_up=over)
