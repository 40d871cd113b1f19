"""Listings being written, beside what is published."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.listing_stage import ListingStage
from webapp.models.base import Base, Id, JsonObject


class ListingDraft(Base):
    """A listing as somebody is writing it; at most one for each id, gone once it is published or thrown away.

    `cells` is a row of the listing file as typed, right or wrong. `fact_sources` holds {column: {"source", "as_of"}}.
    `based_on` is the version that had last changed the listing when the draft was begun; null where it is new. `note`
    says why it was sent back. `stage` is `draft` or `review`.
    """

    __tablename__ = "listing_drafts"

    id: Mapped[Id]
    program_id: Mapped[str] = mapped_column(unique=True)
    catalog_source: Mapped[str]
    stage: Mapped[str] = mapped_column(default=ListingStage.DRAFT.value)
    cells: Mapped[JsonObject]
    fact_sources: Mapped[JsonObject] = mapped_column(server_default="{}")
    based_on: Mapped[int | None]
    note: Mapped[str | None]
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_proposals.id"))
    made_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("stage IN ('draft', 'review')", name="stage"),
        Index("ix_listing_drafts_stage_updated_at_id", "stage", "updated_at", "id"),
    )
