"""What is offered, as published: a listing with source and date per fact."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Id, JsonObject, status_of

if TYPE_CHECKING:
    from webapp.models.institution import Institution


class ListingStatus(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Program(Base):
    """One published listing. A null column is an unknown fact; a zero is a fact.

    `fact_sources` holds {column: {"source", "as_of"}} for facts whose source is not the row's own.
    `digest` is over every listed fact: two imports agree exactly where digests do.
    """

    __tablename__ = "programs"

    id: Mapped[Id]
    program_id: Mapped[str] = mapped_column(unique=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"), index=True)
    catalog_source: Mapped[str]
    status: Mapped[ListingStatus] = mapped_column(status_of(ListingStatus))
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    digest: Mapped[bytes]

    name: Mapped[str]
    url: Mapped[str | None]
    credential: Mapped[str]
    cip: Mapped[str]
    modality: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    pace: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    city: Mapped[str | None]
    state: Mapped[str | None]
    postal_code: Mapped[str | None]
    country: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    states_authorized: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    months: Mapped[float | None]
    hours_per_week: Mapped[float | None]
    tuition_total_cents: Mapped[int | None]
    tuition_basis: Mapped[str | None]
    start_terms: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    min_education: Mapped[str | None]
    accepted_fields: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    min_gpa: Mapped[float | None]
    req_programming: Mapped[str | None]
    req_statistics: Mapped[str | None]
    req_calculus: Mapped[str | None]
    req_linear_algebra: Mapped[str | None]
    req_databases: Mapped[str | None]
    req_machine_learning: Mapped[str | None]
    min_work_years: Mapped[float | None]
    min_english: Mapped[str | None]
    bridge_for: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    topics: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    summary: Mapped[str | None]
    accreditor: Mapped[str | None]
    outcome_median_salary_cents: Mapped[int | None]
    outcome_rate: Mapped[float | None]
    outcome_sample: Mapped[int | None]
    outcome_source: Mapped[str | None]
    outcome_as_of: Mapped[str | None]
    source: Mapped[str | None]
    verified_on: Mapped[date | None]
    fact_sources: Mapped[JsonObject] = mapped_column(server_default="{}")

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    institution: Mapped[Institution] = relationship(back_populates="programs")

    __table_args__ = (
        CheckConstraint(r"cip ~ '^\d{2}\.\d{4}$'", name="cip_form"),
        Index("ix_programs_status_program_id", "status", "program_id"),
    )
