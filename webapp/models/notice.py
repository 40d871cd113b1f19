"""What partners that have a lead are told about it, and whether they said that they did it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.notice import AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.models.base import Base, Id, JsonArray, status_of


class PartnerNotice(Base):
    """The duty to tell one partner one thing about one lead. Holds no personal data: `fields` names what changed.

    `token_hash` finds it from the link in the mail; null until the partner is first told.
    """

    __tablename__ = "partner_notices"

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    kind: Mapped[NoticeKind] = mapped_column(status_of(NoticeKind))
    fields: Mapped[JsonArray] = mapped_column(server_default="[]")
    webhook_id: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    status: Mapped[NoticeStatus] = mapped_column(status_of(NoticeStatus))
    reason: Mapped[str | None]
    attempts_made: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    told_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[AcknowledgedBy | None] = mapped_column(status_of(AcknowledgedBy))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        # A lead may be corrected often, but it is withdrawn once and erased once.
        Index(
            "uq_partner_notices_lead_id_kind",
            "lead_id",
            "kind",
            unique=True,
            postgresql_where="kind IN ('withdrawn', 'erased')",
        ),
        Index("ix_partner_notices_created_at_id", "created_at", "id"),
        Index("ix_partner_notices_status_created_at_id", "status", "created_at", "id"),
        # With what their counts by partner are made of, so that the rows themselves are not read.
        Index(
            "ix_partner_notices_partner_id_status_created_at_id",
            *("partner_id", "status", "created_at", "id"),
            postgresql_include=["attempts_made"],
        ),
        Index("ix_partner_notices_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_partner_notices_leased_until", "leased_until", postgresql_where="leased_until IS NOT NULL"),
    )
