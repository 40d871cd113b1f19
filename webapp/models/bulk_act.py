"""Acts of staff upon many: the act, and each thing it is done to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.bulk_act import BulkKind, BulkStatus, ItemStatus
from webapp.models.base import Base, Id, status_of


class BulkAct(Base):
    """`choice` is what the act was told besides (why it ends, what is wrong). `left_out` were found and not taken in.

    `started_at` is set once: pressing the button again does nothing.
    """

    __tablename__ = "bulk_acts"

    id: Mapped[Id]
    kind: Mapped[BulkKind] = mapped_column(status_of(BulkKind))
    status: Mapped[BulkStatus] = mapped_column(status_of(BulkStatus))
    choice: Mapped[str | None]
    left_out: Mapped[int] = mapped_column(server_default="0")
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    actor: Mapped[str]
    remote_address: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_bulk_acts_running", "started_at", postgresql_where="status = 'running'"),
        CheckConstraint("(status = 'planned') = (started_at IS NULL)", name="started_when_not_planned"),
    )


class BulkActItem(Base):
    """One thing of a bulk act, and why it was refused. `object_id` is of one of three tables: it has no foreign key."""

    __tablename__ = "bulk_act_items"

    act_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_acts.id", ondelete="CASCADE"), primary_key=True)
    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    status: Mapped[ItemStatus] = mapped_column(status_of(ItemStatus))
    words: Mapped[str | None]

    __table_args__ = (Index("ix_bulk_act_items_waiting", "act_id", "number", postgresql_where="status = 'waiting'"),)
