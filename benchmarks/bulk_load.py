"""Filling tables with millions of rows: without their indexes, which are built afterwards and all at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, sql

BIG = ("drafts", "draft_steps", "prospects", "submissions", "matches", "leads", "deliveries", "messages")
"""The tables that hold a row or more for each lead."""


def run_all(connection: "Connection[Any]", statements: str) -> None:
    """Run each of `statements`, which are apart by a semicolon at the end of a line, and say how long each took."""
    for statement in statements.split(";\n"):
        if statement.strip():
            _told(connection, statement)


@contextmanager
def without_indexes(connection: "Connection[Any]", tables: tuple[str, ...] = BIG) -> Iterator[None]:
    """Take indexes, keys and references of `tables` away for the block; afterwards they are as they were."""
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f' FROM pg_constraint"
        " WHERE contype IN ('p', 'u', 'f') AND (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[]))"
        " ORDER BY contype = 'f'",
        [list(tables), list(tables)],
    ).fetchall()
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[])"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))",
        [list(tables)],
    ).fetchall()
    for table, name, _, _ in reversed(keys):
        _alter(connection, table, sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for table, name, made_by, refers in keys:
        if not refers:
            _alter(connection, table, sql.SQL("ADD CONSTRAINT {} " + made_by).format(sql.Identifier(name)))
    for _, made_by in indexes:
        _told(connection, made_by)
    for table, name, made_by, refers in keys:
        if refers:  # the rows fit each other by construction, and the planner counts on it
            _alter(connection, table, sql.SQL("ADD CONSTRAINT {} " + made_by).format(sql.Identifier(name)))


def _alter(connection: "Connection[Any]", table: str, change: sql.Composed) -> None:
    connection.execute(sql.SQL("ALTER TABLE {} ").format(sql.Identifier(table)) + change)


def _told(connection: "Connection[Any]", statement: str) -> None:
    began = time.perf_counter()
    connection.execute(statement)
    took = time.perf_counter() - began
    if took > 5:
        print(f"  {took:4.0f} s  {' '.join(statement.split())[:80]}", flush=True)


QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '16GB'")


@contextmanager
def unsafely(connection: "Connection[Any]") -> Iterator[None]:
    """Write without care for a power cut, for the block; the plans do not change by it."""
    for setting in QUICK:
        connection.execute(f"ALTER SYSTEM SET {setting}")
    connection.execute("ALTER SYSTEM SET autovacuum = off")
    connection.execute("SELECT pg_reload_conf()")
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute("SET work_mem = '256MB'")
    yield
    connection.execute("CHECKPOINT")
    connection.execute("ALTER SYSTEM RESET ALL")
    connection.execute("SELECT pg_reload_conf()")
    connection.execute("RESET work_mem")
