"""The staging table of an import: rows go in by COPY, a set-based diff reads them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.domain.ids import new_id
from webapp.domain.listing import Listing
from webapp.services.catalog_report import FAULTS_KEPT, RowFault
from webapp.services.catalog_row import SourceRow, institution_key_of

TABLE = "listing_staging"
PROGRESS_EVERY = 500

# Column of `programs` and its type in the staging table. What the institution says is staged beside it.
FACTS: dict[str, str] = {
    **dict.fromkeys(("name", "url", "credential", "cip"), "text"),
    **dict.fromkeys(("modality", "pace"), "text[]"),
    **dict.fromkeys(("city", "state", "postal_code", "country"), "text"),
    **dict.fromkeys(("latitude", "longitude"), "float8"),
    "states_authorized": "text[]",
    **dict.fromkeys(("months", "hours_per_week"), "float8"),
    "tuition_total_cents": "int4",
    "tuition_out_of_state_cents": "int4",
    "tuition_basis": "text",
    "start_terms": "text[]",
    "min_education": "text",
    "accepted_fields": "text[]",
    "min_gpa": "float8",
    **dict.fromkeys(
        (
            "req_programming",
            "req_statistics",
            "req_calculus",
            "req_linear_algebra",
            "req_databases",
            "req_machine_learning",
        ),
        "text",
    ),
    "min_work_years": "float8",
    "min_english": "text",
    **dict.fromkeys(("bridge_for", "topics"), "text[]"),
    **dict.fromkeys(("summary", "accreditor"), "text"),
    "outcome_median_salary_cents": "int4",
    "outcome_rate": "float8",
    "outcome_sample": "int4",
    **dict.fromkeys(("outcome_source", "outcome_as_of", "source"), "text"),
    "verified_on": "date",
    "fact_sources": "jsonb",
}
_STAGED: dict[str, str] = {
    "line": "int4",
    "id": "uuid",
    "program_id": "text",
    "digest": "bytea",
    "institution_key": "text",
    "institution": "text",
    "institution_control": "text",
    "title_iv": "bool",
    **FACTS,
}
_LISTS = frozenset(name for name, kind in FACTS.items() if kind == "text[]")
_PLAIN = tuple(name for name in FACTS if name != "fact_sources")
_facts_of = attrgetter(*_PLAIN)
_KINDS = tuple(name in _LISTS for name in _PLAIN)


@dataclass(slots=True)
class Tally:
    """What was seen while the rows went by."""

    rows_read: int = 0
    refused: int = 0
    refused_by: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
    faults_total: int = 0
    refused_ids: set[str] = field(default_factory=set)
    faults_kept: int = FAULTS_KEPT

    def refuse(self, row: SourceRow) -> None:
        """Count a refused row. What it would have replaced stays published, so its id is remembered."""
        self.refused += 1
        self.refused_by[row.reason or row.faults[0].column] += 1
        self.faults_total += len(row.faults)
        if row.program_id is not None:
            self.refused_ids.add(row.program_id)
        for fault in row.faults:
            if len(self.faults) < self.faults_kept:
                self.faults.append(
                    RowFault(row.line, row.program_id, fault.column, fault.value, fault.problem, fault.remedy)
                )


def stage(
    session: Session, rows: Iterable[SourceRow], tally: Tally, progress: Callable[[int, int | None], None] | None
) -> None:
    """Copy the good rows into a fresh staging table, counting all into `tally`. The table goes with the transaction."""
    columns = ", ".join(f"{name} {kind}" for name, kind in _STAGED.items())
    session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{TABLE}"))
    session.execute(text(f"CREATE TEMPORARY TABLE {TABLE} ({columns}) ON COMMIT DROP"))
    connection = _driver_connection(session)
    with connection.cursor() as cursor, cursor.copy(_copy_statement()) as copy:
        for row in rows:
            tally.rows_read += 1
            if row.faults:
                tally.refuse(row)
            elif row.set_aside is not None:
                tally.set_aside[row.set_aside] += 1
            elif row.listing is not None:
                copy.write_row(_record(row, row.listing))
            if progress is not None and tally.rows_read % PROGRESS_EVERY == 0:
                progress(tally.rows_read, None)
    if progress is not None:
        progress(tally.rows_read, tally.rows_read)
    session.execute(text(f"CREATE INDEX ON {TABLE} (program_id)"))
    session.execute(text(f"ANALYZE {TABLE}"))


def staged_rows(session: Session) -> int:
    """How many rows stand in the staging table."""
    return int(session.execute(text("SELECT count(*) FROM listing_staging")).scalar_one())


def _copy_statement() -> bytes:
    return f"COPY {TABLE} ({', '.join(_STAGED)}) FROM STDIN".encode()


def _driver_connection(session: Session) -> psycopg.Connection[Any]:
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("The import copies through psycopg; the session has another driver.")
    return driver


def _record(row: SourceRow, listing: Listing) -> tuple[Any, ...]:
    key = row.institution_key or institution_key_of(listing.institution)
    facts = [_plain(is_list, value) for is_list, value in zip(_KINDS, _facts_of(listing), strict=True)]
    sources = _sources_of(listing) if listing.fact_sources else "{}"
    canonical = json.dumps([key, *facts[:-1], str(facts[-1]), sources])
    return (
        row.line,
        new_id(),
        listing.program_id,
        hashlib.sha256(canonical.encode()).digest(),
        key,
        listing.institution,
        listing.institution_control.value if listing.institution_control else None,
        listing.title_iv,
        *facts,
        sources,
    )


def _plain(is_list: bool, value: Any) -> Any:
    if value is None or value == ():
        return None
    if is_list:
        return [str(item) for item in value]
    # An enumeration would be copied by its name; `str` of a StrEnum is its value.
    return str(value) if isinstance(value, StrEnum) else value


def _sources_of(listing: Listing) -> str:
    told = {
        column: {"source": source.source, "as_of": source.as_of}
        for column, source in sorted(listing.fact_sources.items())
    }
    return json.dumps(told)
