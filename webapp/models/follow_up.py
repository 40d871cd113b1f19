"""Follow-ups: what we may write of our own accord, with the time at which it is due."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.follow_up import FollowUpKind
from webapp.models.base import Base, Id, JsonObject, status_of


class FollowUp(Base):
    """One mail that may become due. `key` says about what: it is planned once, and so sent at most once.

    Settled when its mail was queued (`message_id`), or when it was dropped for a `reason`.
    """

    __tablename__ = "follow_ups"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FollowUpKind] = mapped_column(status_of(FollowUpKind))
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), index=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    about: Mapped[JsonObject] = mapped_column(server_default="{}")
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_follow_ups_due_at", "due_at", postgresql_where="settled_at IS NULL"),)
