"""Turns: how many requests one partner's system gets in a minute and at once. Who comes too early waits; none is lost.

Both are counted in rows under the method's lock, which is held for the leasing only, never while anybody talks.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.domain.delivery import DeliveryStatus
from webapp.domain.events import EventKind
from webapp.models import Delivery, PartnerEndpoint
from webapp.services import outbox

WAITS = "waits_for_turn"
METHOD_LOCK = {"key_share": True}
"""The lock of a method: nobody else counts at it meanwhile, but rows that point to it can still be written."""
LOOK_AGAIN = timedelta(seconds=45)
"""When who waits for others to finish looks by themselves, in case nobody who finished woke them."""
SLOT_KEPT = timedelta(seconds=2)
"""A slot nobody took in time is gone: workers that were away must not send all they missed at once."""


def take(
    session: Session, method: PartnerEndpoint, delivery: Delivery, now: datetime, *, spread: float
) -> datetime | None:
    """None when `delivery` (locked) may go to `method` now; otherwise when to try again."""
    session.refresh(method, with_for_update=METHOD_LOCK)
    busy = session.execute(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.leased_until > now, Delivery.endpoint_id == method.id, Delivery.id != delivery.id)
    ).scalar_one()
    if busy >= method.at_once:
        return now + LOOK_AGAIN * (1 + spread)
    return _slot(method, delivery, now)


def wake_next(session: Session, method_id: object, now: datetime) -> None:
    """Somebody has finished with the method: who has waited longest for that is due now.

    Rows that another worker holds are passed over, so that nobody waits for a lock here.
    """
    waiting = (
        select(Delivery.id)
        .where(Delivery.due_at.is_not(None), Delivery.endpoint_id == method_id)
        .where(Delivery.status == DeliveryStatus.PENDING, Delivery.reason == WAITS, Delivery.slot_at.is_(None))
        .where(Delivery.due_at > now)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    woken = session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(waiting.scalar_subquery()))
        .values(due_at=now)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    outbox.add(session, EventKind.DELIVERY_DUE, woken, due_at=now)


def _slot(method: PartnerEndpoint, delivery: Delivery, now: datetime) -> datetime | None:
    """Whether the rate allows it now; if not, the moment that is kept for it."""
    if method.per_minute is None:
        delivery.slot_at = None
        return None
    slot, delivery.slot_at = delivery.slot_at, None
    if slot is not None and slot <= now < slot + SLOT_KEPT:
        return None
    apart = timedelta(minutes=1) / method.per_minute
    free_at = max(method.next_slot_at or now, now)
    method.next_slot_at = free_at + apart
    if free_at <= now:
        return None
    delivery.slot_at = free_at
    return free_at
