"""What staff and people of partners did: who, what, before, after, from where. Append-only; a trigger refuses edits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.audit_kind import VIEWED, WAY_IN
from webapp.models.base import Base, Id, JsonObject

_AT_THE_DOOR = f"action IN ({', '.join(map(repr, WAY_IN))})"
_OTHER = f"action NOT IN ({', '.join(map(repr, (*VIEWED, *WAY_IN)))})"


class AuditEntry(Base):
    """`partner_id` is set where one of a partner's own people acted; `staff_id` where staff did."""

    __tablename__ = "audit_entries"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_accounts.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"))
    actor: Mapped[str]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    before: Mapped[JsonObject | None]
    after: Mapped[JsonObject | None]
    remote_address: Mapped[str | None]

    __table_args__ = (
        Index("ix_audit_entries_at_id", "at", "id"),
        Index("ix_audit_entries_staff_id_at_id", "staff_id", "at", "id"),
        Index("ix_audit_entries_action_at_id", "action", "at", "id"),
        Index("ix_audit_entries_object_type_at_id", "object_type", "at", "id"),
        Index(
            "ix_audit_entries_partner_id_at_id",
            "partner_id",
            "at",
            "id",
            postgresql_where="partner_id IS NOT NULL",
        ),
        Index("ix_audit_entries_actor_at_id", "actor", "at", "id"),
        Index("ix_audit_entries_object_type_object_id", "object_type", "object_id"),
        # Nearly all entries are views; what else there is is in indexes of its own, and those are small.
        Index("ix_audit_entries_changes", "staff_id", "at", "id", postgresql_where=_OTHER),
        Index("ix_audit_entries_way_in", "staff_id", "at", "id", postgresql_where=_AT_THE_DOOR),
        Index(
            "ix_audit_entries_by_nobody",
            "at",
            "id",
            postgresql_where="staff_id IS NULL AND partner_id IS NULL",
        ),
    )
