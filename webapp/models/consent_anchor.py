"""Where each prospect's chain of consents ends, kept apart from the chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class ConsentAnchor(Base):
    """Written by a trigger with every consent: records deleted from the end of a chain are missed here."""

    __tablename__ = "consent_anchors"

    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), primary_key=True)
    records: Mapped[int]
    head: Mapped[bytes]
    last_at: Mapped[datetime] = mapped_column(index=True)
