"""Addresses that get no mail of a class."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.message import MessageClass
from webapp.models.base import Base, Id, status_of


class Suppression(Base):
    """Keyed hash only: it outlives the address it stands for. A row for each cause, which is lifted by itself."""

    __tablename__ = "suppressions"

    id: Mapped[Id]
    email_key: Mapped[bytes]
    message_class: Mapped[MessageClass] = mapped_column(status_of(MessageClass))
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("email_key", "message_class", "reason"),
        Index("ix_suppressions_created_at_id", "created_at", "id"),
    )
