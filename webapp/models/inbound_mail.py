"""Mails that come to the envelope senders of our own: bounces, complaints, automatic answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.bounce import ReportKind
from webapp.models.base import Base, Id, status_of


class InboundMail(Base):
    """One mail as it came, and what was made of it. `digest` is over all of it: the same mail twice is one row.

    `raw` is its beginning, cleared as soon as it was understood, else after some days, or when its student is erased.
    `diagnosis` is what a mail server said, without addresses. `recipient_key` is of the address our own mail went to:
    it stays, so that soft bounces are counted by address. `message_id` is set only where the mail proves that it comes
    from somebody who had that message.
    """

    __tablename__ = "inbound_mails"

    id: Mapped[Id]
    digest: Mapped[bytes] = mapped_column(unique=True)
    source: Mapped[str]
    size: Mapped[int]
    raw: Mapped[bytes | None]
    return_token: Mapped[str | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    recipient_key: Mapped[bytes | None]
    kind: Mapped[ReportKind | None] = mapped_column(status_of(ReportKind))
    status_code: Mapped[str | None]
    diagnosis: Mapped[str | None]
    outcome: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    handled_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_inbound_mails_unhandled", "received_at", postgresql_where="handled_at IS NULL"),
        Index("ix_inbound_mails_recipient_key_received_at", "recipient_key", "received_at"),
    )
