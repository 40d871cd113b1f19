"""The health of a delivery method: a run of failures warns its partner, and at its end the method is disabled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.domain.delivery import (
    RUN_LASTS,
    RUN_OF_FAILURES,
    WARNED_AFTER,
    WARNED_FROM,
    AttemptOutcome,
    DeliveryStatus,
)
from webapp.domain.events import EventKind
from webapp.domain.message import MessageClass, Template
from webapp.models import Delivery, PartnerEndpoint
from webapp.services import message, outbox

MOST_HURRIED = 1000
FAILURES = "run_of_failures"
_NOT_ITS_FAULT = ("http_429", "mapping_failed")
"""It lives and asks us to be slower; a required field has nothing in it for this one lead."""


def note(session: Session, method: PartnerEndpoint, kind: AttemptOutcome, reason: str, *, now: datetime) -> None:
    """Count how an attempt at `method` (locked) ended. The run ends with the first answer that is one."""
    if kind not in (AttemptOutcome.RETRYABLE, AttemptOutcome.PERMANENT):
        if method.failures_in_row:
            method.failures_in_row, method.failing_since, method.warned_at = 0, None, None
        return
    if reason in _NOT_ITS_FAULT or method.disabled_at is not None:
        return
    method.failing_since = method.failing_since or now
    method.failures_in_row += 1
    lasted = now - method.failing_since
    if method.failures_in_row >= RUN_OF_FAILURES and lasted >= RUN_LASTS:
        disable(session, method, at=now, reason=FAILURES)
    elif method.failures_in_row >= WARNED_AFTER and lasted >= WARNED_FROM and method.warned_at is None:
        method.warned_at = now
        _tell(session, method, at=now, news="failing")


def disable(session: Session, method: PartnerEndpoint, *, at: datetime, reason: str) -> None:
    """Send nothing more by `method`: its partner is told, and what waits for it goes on to a backup or ends."""
    if method.disabled_at is not None:
        return
    method.disabled_at, method.disabled_reason = at, reason
    _tell(session, method, at=at, news="disabled")
    session.flush()
    hurry(session, method.id, at=at)


def hurry(session: Session, method_id: UUID, *, at: datetime) -> None:
    """What waits for the method is looked at now. Rows that a worker holds are passed over: it sees to them itself."""
    waiting = (
        select(Delivery.id)
        .where(Delivery.endpoint_id == method_id, Delivery.status == DeliveryStatus.PENDING, Delivery.due_at > at)
        .order_by(Delivery.id)
        .limit(MOST_HURRIED)
        .with_for_update(skip_locked=True)
    )
    hurried = session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(waiting.scalar_subquery()))
        .values(due_at=at)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    outbox.add(session, EventKind.DELIVERY_DUE, hurried, due_at=at)


def _tell(session: Session, method: PartnerEndpoint, *, at: datetime, news: str) -> None:
    message.queue(
        session,
        key=f"method:{method.id}:{Template.PARTNER_METHOD}:{news}:{at.isoformat()}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_METHOD,
        at=at,
        partner_id=method.partner_id,
        about={"endpoint_id": str(method.id), "news": news, "reason": method.disabled_reason or ""},
    )
