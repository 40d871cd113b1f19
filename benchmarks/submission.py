"""One submission through the service, against raw psycopg that writes the same rows.

Both write to the same embedded PostgreSQL with durable commits, in turn, so that the machine's mood hits both. The raw
side is handed rows that are ready made: it pays for nothing but the writing.
"""

import tempfile
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, Table, UniqueConstraint, create_engine, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.table import opened, percentile, print_table
from tests.factories.request import open_draft, submit_request
from tests.factories.school import make_school
from webapp.domain.clock import SystemClock
from webapp.domain.ids import new_id, new_token
from webapp.domain.links import Links
from webapp.embedded import running_servers
from webapp.gateways.sealing import Seal
from webapp.models import (
    Base,
    Consent,
    Delivery,
    Lead,
    LeadAnswer,
    LeadEvent,
    Match,
    Message,
    OutboxEvent,
    Prospect,
    ProspectKey,
    Submission,
)
from webapp.upgrade import upgrade_database

ROUNDS, WARM_UP, LISTED, TICKED = 300, 30, 10, 3
SECRET = "a secret for benchmarks, long enough"
TABLES: tuple[type[Base], ...] = (
    Prospect, ProspectKey, Submission, Match, Lead, LeadEvent, LeadAnswer, Delivery, Consent, Message, OutboxEvent,
)  # fmt: skip
Rows = list[tuple[str, list[list[Any]]]]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        service, raw = measure(servers.database_url)
    rows = [
        [name, f"{percentile(samples, 50) * 1e3:.2f}", f"{percentile(samples, 95) * 1e3:.2f}"]
        for name, samples in (("service", service), ("raw psycopg", raw))
    ]
    ratio = [percentile(service, percent) / percentile(raw, percent) for percent in (50, 95)]
    print_table(
        f"One submission: {LISTED} matches, {TICKED} introductions, {ROUNDS} rounds in turn",
        ["way", "p50 ms", "p95 ms"],
        [*rows, ["ratio", f"{ratio[0]:.2f}", f"{ratio[1]:.2f}"]],
    )


def measure(database_url: str) -> tuple[list[float], list[float]]:
    """Seconds for each submission, by the service and raw."""
    engine = create_engine(database_url)
    begin = sessionmaker(engine, expire_on_commit=False).begin
    links, seal, clock = Links("https://match.example", SECRET), Seal(SECRET), SystemClock()
    with begin() as session:
        schools = [make_school(session, seal, name=f"School{number}") for number in range(LISTED)]
    service: list[float] = []
    raw: list[float] = []
    with psycopg.connect(database_url.replace("postgresql+psycopg", "postgresql")) as connection:
        for number in range(ROUNDS + WARM_UP):
            email = f"student{number}@student.example"
            with begin() as session:
                draft_id = open_draft(session, clock, links)
            started = time.perf_counter()
            with begin() as session:
                stored = submit_request(
                    session, clock, links, schools, ticked=schools[:TICKED], email=email, draft_id=draft_id
                )
            service.append(time.perf_counter() - started)
            with begin() as session:
                rows = list(copies(session, stored.submission_id))
            started = time.perf_counter()
            write(connection, rows)
            raw.append(time.perf_counter() - started)
    engine.dispose()
    return service[WARM_UP:], raw[WARM_UP:]


def write(connection: psycopg.Connection, rows: Rows) -> None:
    """The same rows in one transaction, one executemany a table, all in one pipeline."""
    with connection.transaction(), connection.pipeline(), connection.cursor() as cursor:
        for statement, parameters in rows:
            cursor.executemany(statement, parameters)


def copies(session: Session, submission_id: UUID) -> Iterator[tuple[str, list[list[Any]]]]:
    """INSERTs for copies of everything a submission made, under fresh ids."""
    fresh: dict[Any, Any] = {}
    for table in TABLES:
        columns = [column for column in table.__table__.columns if column.identity is None]
        found = session.scalars(select(table).where(made_by(session, table, submission_id))).all()
        for row in found:
            for name in _unique(table):
                value = getattr(row, name)
                if value is not None and not isinstance(value, int):
                    fresh.setdefault(value, new_id() if isinstance(value, UUID) else _like(value))
        names = ", ".join(column.name for column in columns)
        marks = ", ".join(["%s"] * len(columns))
        yield (
            f"INSERT INTO {table.__tablename__} ({names}) VALUES ({marks})",
            [[_value(column, getattr(row, column.key), fresh) for column in columns] for row in found],
        )


def made_by(session: Session, table: type[Base], submission_id: UUID) -> ColumnElement[bool]:
    """Which rows of `table` belong to the submission."""
    submission = session.get_one(Submission, submission_id)
    leads = select(Lead.id).where(Lead.submission_id == submission_id)
    messages = select(Message.id).where(Message.submission_id == submission_id)
    conditions: dict[type[Base], ColumnElement[bool]] = {
        Prospect: Prospect.id == submission.prospect_id,
        ProspectKey: ProspectKey.prospect_id == submission.prospect_id,
        Submission: Submission.id == submission_id,
        Match: Match.submission_id == submission_id,
        Lead: Lead.submission_id == submission_id,
        LeadEvent: LeadEvent.lead_id.in_(leads),
        LeadAnswer: LeadAnswer.lead_id.in_(leads),
        Delivery: Delivery.lead_id.in_(leads),
        Consent: Consent.submission_id == submission_id,
        Message: Message.submission_id == submission_id,
        OutboxEvent: OutboxEvent.subject_id.in_(leads.union_all(messages)),
    }
    return conditions[table]


def _unique(table: type[Base]) -> list[str]:
    """The columns of which no two rows may hold the same, each alone. Those of other tables' rows come with those."""
    inspected: Table = table.__table__  # type: ignore[assignment]  # mapped classes all have a Table
    named = [constraint.columns for constraint in inspected.constraints if isinstance(constraint, UniqueConstraint)]
    named += [index.columns for index in inspected.indexes if index.unique]
    alone = {columns.keys()[0] for columns in (inspected.primary_key.columns, *named) if len(columns) == 1}
    return [name for name in sorted(alone) if not inspected.columns[name].foreign_keys]


def _value(column: Any, value: Any, fresh: dict[Any, Any]) -> Any:
    if isinstance(column.type, JSONB):
        return Jsonb(value)
    if isinstance(value, list):
        return value
    return fresh.get(value, value)


def _like(value: bytes | str) -> bytes | str:
    return new_id().bytes + new_id().bytes if isinstance(value, bytes) else new_token()


if __name__ == "__main__":
    main()
