"""Leads that a partner wants to give back, and each step of the decision."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.models.base import Base, Id, status_of


class LeadReturn(Base):
    """One wish to return one lead. `words` and `decision_words` may name the student: an erasure clears them."""

    __tablename__ = "lead_returns"

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), unique=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    reason: Mapped[ReturnReason] = mapped_column(status_of(ReturnReason))
    words: Mapped[str | None]
    duplicate_on: Mapped[date | None]
    status: Mapped[ReturnStatus] = mapped_column(status_of(ReturnStatus))
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_words: Mapped[str | None]

    __table_args__ = (
        Index("ix_lead_returns_partner_id_requested_at_id", "partner_id", "requested_at", "id"),
        Index("ix_lead_returns_status_requested_at_id", "status", "requested_at", "id"),
        Index("ix_lead_returns_requested_at_id", "requested_at", "id"),
        CheckConstraint("char_length(words) <= 2000 AND char_length(decision_words) <= 2000", name="words_length"),
        CheckConstraint("(reason = 'duplicate') = (duplicate_on IS NOT NULL)", name="duplicate_with_date"),
        CheckConstraint("(status = 'requested') = (decided_at IS NULL)", name="decided_with_date"),
    )


class ReturnEvent(Base):
    """One step of a return: when, who, from where to where. Append-only; a trigger refuses edits. Holds no words."""

    __tablename__ = "return_events"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    return_id: Mapped[UUID] = mapped_column(ForeignKey("lead_returns.id"), index=True)
    at: Mapped[datetime]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    actor: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
