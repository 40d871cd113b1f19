"""Mails to be sent, once each, and the development inbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.models.base import Base, Id, JsonObject, status_of

RETURN_TOKEN = text("left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)")
"""Some 150 random bits, also for what a release writes that knows nothing of them."""


class Message(Base):
    """One mail to one person. `key` is unique for each submission, template and subject: it cannot be made twice.

    The recipient is looked up when it is sent; what it says is rendered then from the rows `about` names.
    `recipient` is set only where the mail goes to an address that its person may have given up by then; it is erased
    as soon as the mail has left or was given up. `return_token` is in its envelope sender: what comes back names it.
    `leased_domain` is whose mail servers it goes to while it is leased, and then forgotten; `slot_at` the moment that a
    limit a minute has given it.
    `recipient_key` is the keyed hash of the address it went to, by which a bounce still finds it when that has changed.
    """

    __tablename__ = "messages"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    message_class: Mapped[MessageClass] = mapped_column(status_of(MessageClass))
    template: Mapped[Template] = mapped_column(status_of(Template))
    template_version: Mapped[str]
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"), index=True)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"), index=True)
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    resume_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("resume_links.id", ondelete="SET NULL"), index=True)
    recipient: Mapped[str | None]
    about: Mapped[JsonObject] = mapped_column(server_default="{}")
    status: Mapped[MessageStatus] = mapped_column(status_of(MessageStatus))
    reason: Mapped[str | None]
    attempts_made: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    leased_domain: Mapped[str | None]
    slot_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    return_token: Mapped[str] = mapped_column(unique=True, server_default=RETURN_TOKEN)
    recipient_key: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_messages_created_at_id", "created_at", "id"),
        Index("ix_messages_status_created_at_id", "status", "created_at", "id"),
        Index("ix_messages_message_class_created_at_id", "message_class", "created_at", "id"),
        Index("ix_messages_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_messages_leased_until", "leased_until", postgresql_where="leased_until IS NOT NULL"),
        Index("ix_messages_handed_over_at", "handed_over_at", postgresql_where="handed_over_at IS NOT NULL"),
        Index("ix_messages_recipient_key", "recipient_key", postgresql_where="recipient_key IS NOT NULL"),
    )


class InboxMail(Base):
    """A mail that was handed over to the development inbox instead of to a mail server. Never used in production."""

    __tablename__ = "inbox_mails"

    id: Mapped[Id]
    message_header_id: Mapped[str] = mapped_column(index=True)
    sender: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    headers: Mapped[JsonObject]
    text: Mapped[str]
    html: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_inbox_mails_received_at_id", "received_at", "id"),)
