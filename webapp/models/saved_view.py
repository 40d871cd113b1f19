"""How members of staff want their lists: narrowed views under a name, and which columns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.staff_list import StaffList
from webapp.models.base import Base, Id, JsonArray, JsonObject, status_of


class SavedView(Base):
    """One list, narrowed, under a name: its maker's own, or `shared` with everybody. Holds no student's details."""

    __tablename__ = "saved_views"

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_accounts.id"))
    list: Mapped[StaffList] = mapped_column(status_of(StaffList))
    name: Mapped[str]
    filters: Mapped[JsonObject] = mapped_column(server_default="{}")
    shared: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("staff_id", "list", "name"),
        Index("ix_saved_views_shared", "list", postgresql_where="shared"),
        CheckConstraint("char_length(name) <= 60", name="name_length"),
    )


class ListChoice(Base):
    """What one member of staff chose for one list: the columns that are hidden, and the view it opens with."""

    __tablename__ = "list_choices"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_accounts.id"), primary_key=True)
    list: Mapped[StaffList] = mapped_column(status_of(StaffList), primary_key=True)
    hidden: Mapped[JsonArray] = mapped_column(server_default="[]")
    default_view_id: Mapped[UUID | None] = mapped_column(ForeignKey("saved_views.id", ondelete="SET NULL"), index=True)
