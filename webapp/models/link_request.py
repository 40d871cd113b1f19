"""Somebody asked that a link be mailed to an address. Known and unknown addresses leave the same row."""

from datetime import datetime

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.link_request import LinkPurpose
from webapp.models.base import Base, Id, status_of


class LinkRequest(Base):
    """The address as its keyed hash only. Kept for a day, in which it counts how often an address was asked for."""

    __tablename__ = "link_requests"

    id: Mapped[Id]
    email_key: Mapped[bytes]
    purpose: Mapped[LinkPurpose] = mapped_column(status_of(LinkPurpose))
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_link_requests_email_key_at", "email_key", "at"),
        Index("ix_link_requests_unanswered", "at", postgresql_where="answered_at IS NULL"),
    )
