"""Deliveries and the attempts made at them, at messages and at notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.delivery import AttemptOutcome, Channel, DeliveryStatus
from webapp.models.base import Base, Id, JsonObject, status_of
from webapp.models.lead import Lead


class Delivery(Base):
    """The duty to hand over one lead by one channel. `webhook_id` is the same on every attempt, so partners can dedupe.

    A delivery that is `leased` past `leased_until` was abandoned and may be taken again. `sent` is the document as
    it was last handed over, so that the student can see it; erasing the student clears it.
    """

    __tablename__ = "deliveries"

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_endpoints.id"), index=True)
    channel: Mapped[Channel] = mapped_column(status_of(Channel))
    webhook_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[DeliveryStatus] = mapped_column(status_of(DeliveryStatus))
    reason: Mapped[str | None]
    attempts_made: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
    sent: Mapped[JsonObject | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    lead: Mapped[Lead] = relationship()

    __table_args__ = (
        UniqueConstraint("lead_id", "channel"),
        Index("ix_deliveries_created_at_id", "created_at", "id"),
        Index("ix_deliveries_status_created_at_id", "status", "created_at", "id"),
        Index("ix_deliveries_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_deliveries_leased_until", "leased_until", postgresql_where="leased_until IS NOT NULL"),
    )


class Attempt(Base):
    """One try at a delivery, a message or a notice. Written as `started` before talking, finished after."""

    __tablename__ = "attempts"

    id: Mapped[Id]
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_notices.id"), index=True)
    number: Mapped[int]
    outcome: Mapped[AttemptOutcome] = mapped_column(status_of(AttemptOutcome))
    reason: Mapped[str | None]
    http_status: Mapped[int | None]
    answer: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    duration_ms: Mapped[float | None]

    __table_args__ = (CheckConstraint("num_nonnulls(delivery_id, message_id, notice_id) = 1", name="one_subject"),)
