"""By what the same person is recognised, and where one was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.duplicate import DuplicateLevel, MatchSet
from webapp.models.base import Base, JsonArray, status_of


class ProspectKey(Base):
    """The keyed hash of one set of facts of one student, by which the same person is recognised. Gone when erased.

    A set with a blank in it has no row, so blanks never match.
    """

    __tablename__ = "prospect_keys"

    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), primary_key=True)
    kind: Mapped[MatchSet] = mapped_column(status_of(MatchSet), primary_key=True)
    key: Mapped[bytes]

    __table_args__ = (Index("ix_prospect_keys_key_kind", "key", "kind"),)


class DuplicateMark(Base):
    """One lead looks like the repeat of another, on one level; `matched_by` names the sets that were the same.

    For staff alone: on the level `system` the other lead is another partner's. `other_lead_id` has no foreign key: its
    check would wait for whoever has that lead locked, who may be waiting for us. No lead is ever deleted.
    """

    __tablename__ = "duplicate_marks"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    level: Mapped[DuplicateLevel] = mapped_column(status_of(DuplicateLevel), primary_key=True)
    other_lead_id: Mapped[UUID] = mapped_column(index=True)
    matched_by: Mapped[JsonArray]
    found_at: Mapped[datetime]
