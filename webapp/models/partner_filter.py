"""Filters: the rules of a partner on the leads it takes, every version of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.partner_filter import OnUnknown
from webapp.models.base import Base, Id, status_of


class PartnerFilter(Base):
    """One version of the filter of a partner, or of one of its program groups (`group_id`). Rows are never changed.

    The highest `version` stands. A blank `text` took the filter away. `changed_by` names who wrote it, in words.
    """

    __tablename__ = "partner_filters"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_groups.id", ondelete="CASCADE"))
    version: Mapped[int]
    text: Mapped[str]
    on_unknown: Mapped[OnUnknown] = mapped_column(status_of(OnUnknown))
    changed_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index(
            "uq_partner_filters_partner_id_version",
            "partner_id",
            "version",
            unique=True,
            postgresql_where="group_id IS NULL",
        ),
        Index("uq_partner_filters_group_id_version", "group_id", "version", unique=True),
        Index("ix_partner_filters_partner_id_group_id_version", "partner_id", "group_id", "version"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("char_length(text) <= 20000", name="text_length"),
    )
