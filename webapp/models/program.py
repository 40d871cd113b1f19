"""What is offered, as published: a listing with source and date per fact."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Id, status_of
from webapp.models.listed_facts import ListedFacts

if TYPE_CHECKING:
    from webapp.models.institution import Institution

NEVER = "'0001-01-01'::date"
"""In SQL, the day that stands for never in the order of days on which listings were checked."""
NAME_KEY = 32
"""So many letters of a name order the public index: enough to tell programs apart, few enough for a cursor."""


class ListingStatus(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Program(ListedFacts, Base):
    """One published listing. A null column is an unknown fact; a zero is a fact.

    `fact_sources` holds {column: {"source", "as_of"}} for facts whose source is not the row's own.
    `digest` is over every listed fact: two imports agree exactly where digests do.
    `since_version` is the version of the catalogue in which the facts became these; `listing_revisions` has the former.
    `changed_in` is the version that last touched the row, an undone one not counted: what was done in it can be undone.
    """

    __tablename__ = "programs"

    id: Mapped[Id]
    program_id: Mapped[str] = mapped_column(unique=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"), index=True)
    catalog_source: Mapped[str]
    status: Mapped[ListingStatus] = mapped_column(status_of(ListingStatus))
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    digest: Mapped[bytes]
    since_version: Mapped[int] = mapped_column(server_default="0")
    changed_in: Mapped[int] = mapped_column(server_default="0")

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    institution: Mapped[Institution] = relationship(back_populates="programs")

    __table_args__ = (
        CheckConstraint(r"cip ~ '^\d{2}\.\d{4}$'", name="cip_form"),
        Index("ix_programs_status_program_id", "status", "program_id"),
        # For the counts by stage, by source and by age: an index of narrow entries, where the rows are wide.
        Index(
            "ix_programs_counts",
            "status",
            "catalog_source",
            "credential",
            postgresql_include=["verified_on", "is_demo"],
        ),
        # For the queue of what is to be checked again, oldest first.
        Index(
            "ix_programs_published_verified_on",
            text(f"COALESCE(verified_on, {NEVER})"),
            "program_id",
            postgresql_where=text("status = 'published'"),
        ),
        Index("ix_programs_words", text("search_vector(name)"), postgresql_using="gin"),
        # For the public index of programs, which is read in the order of names.
        Index(
            "ix_programs_published_name",
            text(f'"left"(name, {NAME_KEY})'),
            "program_id",
            postgresql_where=text("status = 'published'"),
        ),
    )
