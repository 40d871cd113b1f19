"""What the demo schools received. Used in development only, so that a new user sees where a lead arrives."""

from datetime import datetime

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id


class ReceivedPosting(Base):
    """One webhook as it arrived, the first time under its id."""

    __tablename__ = "received_postings"

    id: Mapped[Id]
    partner_slug: Mapped[str]
    webhook_id: Mapped[str] = mapped_column(unique=True)
    body: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_received_postings_received_at_id", "received_at", "id"),)
