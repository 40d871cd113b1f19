"""A program as published, typed, with the source and date of every fact. What is not known is None, never zero."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.profile import Modality, Pace
from webapp.domain.subject import Subject, SubjectLevel

COLUMNS = (
    "program_id",
    "institution",
    "institution_control",
    "title_iv",
    "name",
    "url",
    "credential",
    "cip",
    "modality",
    "pace",
    "city",
    "state",
    "postal_code",
    "country",
    "latitude",
    "longitude",
    "states_authorized",
    "months",
    "hours_per_week",
    "tuition_total_usd",
    "tuition_out_of_state_usd",
    "tuition_basis",
    "start_terms",
    "min_education",
    "accepted_fields",
    "min_gpa",
    "req_programming",
    "req_statistics",
    "req_calculus",
    "req_linear_algebra",
    "req_databases",
    "req_machine_learning",
    "min_work_years",
    "min_english",
    "bridge_for",
    "topics",
    "summary",
    "accreditor",
    "outcome_median_salary_usd",
    "outcome_rate",
    "outcome_sample",
    "outcome_source",
    "outcome_as_of",
    "source",
    "verified_on",
)
"""Every column of the listing file, in the order of its header."""

ALL_STATES = "ALL"
ANY_FIELD = "any"
ANY_WITH_PREREQUISITES = "any_with_prerequisites"
TERMS = ("fall", "winter", "spring", "summer", "rolling", "monthly")
PROGRAM_ID = re.compile(r"[a-z0-9][a-z0-9._:-]{0,79}")


class Control(StrEnum):
    """Who runs an institution."""

    PUBLIC = "public"
    PRIVATE_NONPROFIT = "private_nonprofit"
    PRIVATE_FOR_PROFIT = "private_for_profit"


class TuitionBasis(StrEnum):
    """What a published tuition figure is a figure of."""

    PROGRAM = "program"
    INSTITUTION_AVERAGE = "institution_average"
    PER_CREDIT = "per_credit"


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact comes from and as of when (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`); None where not known."""

    source: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a listing prepares for: a subject up to a level, or entry to one named program."""

    subject: Subject | None = None
    level: SubjectLevel | None = None
    program_id: str | None = None

    def __str__(self) -> str:
        if self.program_id is not None:
            return f"program:{self.program_id}"
        return f"{self.subject}:{self.level}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One program as published. None, or an empty tuple for a list, means unknown. Money is in US cents."""

    program_id: str
    institution: str
    name: str
    credential: Credential
    cip: str
    institution_control: Control | None = None
    title_iv: bool | None = None
    url: str | None = None
    modality: tuple[Modality, ...] = ()
    pace: tuple[Pace, ...] = ()
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    states_authorized: tuple[str, ...] = ()
    months: float | None = None
    hours_per_week: float | None = None
    tuition_total_cents: int | None = None
    tuition_out_of_state_cents: int | None = None
    tuition_basis: TuitionBasis | None = None
    start_terms: tuple[str, ...] = ()
    min_education: Education | None = None
    accepted_fields: tuple[str, ...] = ()
    min_gpa: float | None = None
    req_programming: SubjectLevel | None = None
    req_statistics: SubjectLevel | None = None
    req_calculus: SubjectLevel | None = None
    req_linear_algebra: SubjectLevel | None = None
    req_databases: SubjectLevel | None = None
    req_machine_learning: SubjectLevel | None = None
    min_work_years: float | None = None
    min_english: EnglishLevel | None = None
    bridge_for: tuple[Bridge, ...] = ()
    topics: tuple[str, ...] = ()
    summary: str | None = None
    accreditor: str | None = None
    outcome_median_salary_cents: int | None = None
    outcome_rate: float | None = None
    outcome_sample: int | None = None
    outcome_source: str | None = None
    outcome_as_of: str | None = None
    source: str | None = None
    verified_on: date | None = None
    fact_sources: Mapping[str, FactSource] = field(default_factory=dict, hash=False)

    def requirement(self, subject: Subject) -> SubjectLevel | None:
        """The level of a subject asked for on entry; `none` says nothing is asked, None that it is not published."""
        level: SubjectLevel | None = getattr(self, _REQUIREMENTS[subject])
        return level

    def price_span(self, state: str | None, *, abroad: bool = False) -> tuple[int, int] | None:
        """The least and the most that the whole program costs a student of a US state; None where not published.

        The two differ only where students of other states pay another price and it is not known which holds.
        """
        total, outside = self.tuition_total_cents, self.tuition_out_of_state_cents
        home = self.state if self.country in (None, "US") else None
        if total is None:
            return None
        if outside is None or (not abroad and state is not None and state == home):
            return total, total
        if abroad or (state is not None and home is not None):
            return outside, outside
        return total, outside

    def source_of(self, column: str) -> FactSource:
        """Where the fact in a column comes from: its own source, else the outcome's, else the row's."""
        if self.fact_sources and (own := self.fact_sources.get(column)) is not None:
            return own
        if column.startswith("outcome_") and (self.outcome_source or self.outcome_as_of):
            return FactSource(self.outcome_source or self.source, self.outcome_as_of)
        return _verified(self.source, self.verified_on)


@lru_cache(maxsize=4096)
def _verified(source: str | None, day: date | None) -> FactSource:
    """The source of a row: few differ, and every statement about a listing asks for one."""
    return FactSource(source, day.isoformat() if day else None)


_REQUIREMENTS: Mapping[Subject, str] = {subject: f"req_{subject.value}" for subject in Subject}


@cache
def attribute_of(column: str) -> str:
    """The attribute of Listing that holds a column: the same name, but money is in `_cents`."""
    return column[: -len("_usd")] + "_cents" if column.endswith("_usd") else column
