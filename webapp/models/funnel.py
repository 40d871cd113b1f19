"""How far schools say they came with their leads, and what students say to it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.funnel import CorrectionReason, FunnelSource, FunnelStatus
from webapp.models.base import Base, Id, status_of


class FunnelEvent(Base):
    """One thing a school said of a lead. Append-only; a trigger refuses edits.

    A correction (`correction` says why) undoes its own status and all after it, or everything when it names none.
    """

    __tablename__ = "funnel_events"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), index=True)
    status: Mapped[FunnelStatus | None] = mapped_column(status_of(FunnelStatus))
    happened_on: Mapped[date | None]
    source: Mapped[FunnelSource] = mapped_column(status_of(FunnelSource))
    actor: Mapped[str]
    correction: Mapped[CorrectionReason | None] = mapped_column(status_of(CorrectionReason))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("(status IS NULL) = (happened_on IS NULL)", name="dated"),
        CheckConstraint("status IS NOT NULL OR correction IS NOT NULL", name="says_something"),
    )


class FunnelStanding(Base):
    """What the events of a lead come to: worked out with each event, for lists and reports."""

    __tablename__ = "funnel_standings"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    status: Mapped[FunnelStatus | None] = mapped_column(status_of(FunnelStatus))
    contacted_on: Mapped[date | None]
    qualified_on: Mapped[date | None]
    application_started_on: Mapped[date | None]
    applied_on: Mapped[date | None]
    admitted_on: Mapped[date | None]
    enrolled_on: Mapped[date | None]
    started_on: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_funnel_standings_status", "status"),)


class StatusLink(Base):
    """A link by which a partner says once how far it came with one lead. Found by the hash of its token."""

    __tablename__ = "status_links"

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ContactAnswer(Base):
    """What a student says to whether the school was in touch. The newest answer stands."""

    __tablename__ = "contact_answers"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    contacted: Mapped[bool]
    answered_at: Mapped[datetime]
