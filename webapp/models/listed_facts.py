"""The columns of a listing's facts, the same wherever a listing is kept."""

from datetime import date

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import JsonObject


class ListedFacts:
    """What a listing publishes, but for what its institution says of itself. A null column is an unknown fact."""

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
    tuition_out_of_state_cents: Mapped[int | None]
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
