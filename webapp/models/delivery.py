"""Deliveries and the attempts made at them, at messages and at notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.delivery import AttemptOutcome, Channel, DeliveryStatus
from webapp.models.base import Base, Id, JsonArray, JsonObject, status_of
from webapp.models.lead import Lead


class Delivery(Base):
    """The duty to hand over one lead. `webhook_id` is the same on every attempt, so partners can dedupe.

    `endpoint_id` and `channel` are the method it is handed over by now; `failed_methods` holds the ids of those that
    have failed it since it was last queued. A delivery that is `leased` past `leased_until` was abandoned and may be
    taken again. `slot_at` is the moment a rate limit has given it. `message_id` is the mail that carries it, while
    that is on its way; `batch_id` the file it is in. `redelivery` says that its partner had it before.
    `sent` is the document as it was last handed over, so that the student can see it; erasing the student clears it.
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
    failed_methods: Mapped[JsonArray] = mapped_column(default=list, server_default="[]")
    slot_at: Mapped[datetime | None]
    redelivery: Mapped[bool] = mapped_column(default=False, server_default="false")
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery_batches.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    lead: Mapped[Lead] = relationship()

    __table_args__ = (
        UniqueConstraint("lead_id", "channel"),
        Index("ix_deliveries_created_at_id", "created_at", "id"),
        Index("ix_deliveries_status_created_at_id", "status", "created_at", "id"),
        # For the deliveries of one partner, which are found by its leads: without reading the rows themselves.
        Index("ix_deliveries_of_lead", "lead_id", postgresql_include=["status", "created_at", "id"]),
        Index("ix_deliveries_batch_id", "batch_id", postgresql_where="batch_id IS NOT NULL"),
        Index(
            "ix_deliveries_turn",
            "endpoint_id",
            "due_at",
            "id",
            postgresql_where="status = 'pending' AND reason = 'waits_for_turn'",
        ),
        Index("ix_deliveries_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_deliveries_leased_until", "leased_until", postgresql_where="leased_until IS NOT NULL"),
    )


class DeliveryBatch(Base):
    """One file of leads for one due time of a method. It is made of its deliveries each time it is fetched.

    `columns` are the field map it was closed with, in JSON form.
    """

    __tablename__ = "delivery_batches"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("partner_endpoints.id"))
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    leads: Mapped[int] = mapped_column(default=0, server_default="0")
    columns: Mapped[JsonArray] = mapped_column(default=list, server_default="[]")

    __table_args__ = (
        UniqueConstraint("endpoint_id", "due_at"),
        Index("ix_delivery_batches_open", "due_at", postgresql_where="closed_at IS NULL"),
        Index("ix_delivery_batches_partner_id_due_at_id", "partner_id", "due_at", "id"),
    )


class Attempt(Base):
    """One try at a delivery, a message or a notice. Written as `started` before talking, finished after.

    Tries at deliveries also name the partner, the method and what was sent: line, headers without secrets, and body.
    """

    __tablename__ = "attempts"

    id: Mapped[Id]
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_notices.id"), index=True)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"))
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_endpoints.id"))
    number: Mapped[int]
    outcome: Mapped[AttemptOutcome] = mapped_column(status_of(AttemptOutcome))
    reason: Mapped[str | None]
    http_status: Mapped[int | None]
    answer: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    duration_ms: Mapped[float | None]
    request: Mapped[JsonObject | None]

    __table_args__ = (
        CheckConstraint("num_nonnulls(delivery_id, message_id, notice_id) = 1", name="one_subject"),
        Index(
            "ix_attempts_partner_id_started_at_id",
            "partner_id",
            "started_at",
            "id",
            postgresql_where="partner_id IS NOT NULL",
        ),
    )
