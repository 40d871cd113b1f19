"""Leads, deliveries and messages in states that take workers days to reach."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageStatus
from webapp.models import Attempt, Delivery, Lead, LeadEvent, Message


def leads_of(session: Session, submission_id: UUID) -> list[UUID]:
    """The ids of a submission's leads."""
    return list(session.scalars(select(Lead.id).where(Lead.submission_id == submission_id).order_by(Lead.id)))


def delivery_of(session: Session, lead_id: UUID) -> UUID:
    """The id of a lead's delivery."""
    return session.execute(select(Delivery.id).where(Delivery.lead_id == lead_id)).scalar_one()


def message_of(session: Session, submission_id: UUID) -> UUID:
    """The id of a submission's first mail."""
    return session.execute(
        select(Message.id).where(Message.submission_id == submission_id).order_by(Message.created_at).limit(1)
    ).scalar_one()


def put_lead(session: Session, lead_id: UUID, steps: Sequence[tuple[LeadStatus, str]], at: datetime) -> None:
    """Walk a lead through `steps`, a minute each, as (status, reason); the last is where it stays."""
    before = session.execute(select(Lead.status).where(Lead.id == lead_id)).scalar_one()
    for number, (status, reason) in enumerate(steps, start=1):
        moment = at + timedelta(minutes=number)
        session.execute(
            insert(LeadEvent).values(
                lead_id=lead_id, at=moment, from_status=before, to_status=status, reason=reason, detail={}
            )
        )
        before = status
    session.execute(update(Lead).where(Lead.id == lead_id).values(status=before, reason=steps[-1][1], due_at=None))


def put_delivery(
    session: Session,
    lead_id: UUID,
    status: DeliveryStatus,
    attempts: Sequence[tuple[AttemptOutcome, int | None, str | None]] = (),
    *,
    at: datetime,
    reason: str = "retries_used_up",
) -> None:
    """Put a lead's delivery into `status` after `attempts`, as (outcome, HTTP status, answer)."""
    delivery_id = delivery_of(session, lead_id)
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(status=status, reason=reason, attempts_made=len(attempts), finished_at=at, due_at=None)
    )
    for number, (outcome, http_status, answer) in enumerate(attempts, start=1):
        session.execute(
            insert(Attempt).values(
                id=new_id(),
                delivery_id=delivery_id,
                number=number,
                outcome=outcome,
                reason="server_error" if http_status and http_status >= 500 else "accepted",
                http_status=http_status,
                answer=answer,
                started_at=at + timedelta(minutes=number),
                finished_at=at + timedelta(minutes=number, seconds=1),
                duration_ms=184.0,
            )
        )


def fail_delivery(session: Session, lead_id: UUID, *, at: datetime, answer: str = "upstream timed out") -> None:
    """A lead whose delivery was tried twice, answered 503 and given up."""
    put_lead(
        session,
        lead_id,
        [
            (LeadStatus.QUEUED, "undo_window_over"),
            (LeadStatus.DELIVERING, "delivery_started"),
            (LeadStatus.FAILED, "retries_used_up"),
        ],
        at,
    )
    tries = [(AttemptOutcome.RETRYABLE, 503, answer), (AttemptOutcome.RETRYABLE, 503, answer)]
    put_delivery(session, lead_id, DeliveryStatus.FAILED, tries, at=at)


def put_message(session: Session, message_id: UUID, status: MessageStatus, reason: str) -> None:
    """Put a message into `status`, tried once."""
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(status=status, reason=reason, attempts_made=1, due_at=None)
    )
