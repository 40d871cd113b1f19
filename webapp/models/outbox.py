"""The outbox: facts to be acted on after commit, written in the transaction that made them true."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.events import EventKind
from webapp.models.base import Base, status_of


class OutboxEvent(Base):
    """`due_at` is when the fact may be acted on; `published_at` when the relay handed its id to the broker."""

    __tablename__ = "outbox_events"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[EventKind] = mapped_column(status_of(EventKind))
    subject_id: Mapped[UUID]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_events_due_at_id", "due_at", "id", postgresql_where="published_at IS NULL"),
        Index("ix_outbox_events_published_at", "published_at", postgresql_where="published_at IS NOT NULL"),
    )
