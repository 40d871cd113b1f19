"""Many new rows of several tables in one statement: one round trip instead of one for each table."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, TextClause, text
from sqlalchemy.orm import Session

from webapp.models import Base

Row = Mapping[str, Any]


def insert_rows(session: Session, batches: Sequence[tuple[type[Base], Sequence[Row]]]) -> None:
    """Insert every row of every batch, all or nothing. Foreign keys may point forwards and backwards between batches.

    The rows of one batch hold the same columns; columns left out take the database's default. Values travel as JSON, so
    they are of the types that JSON and the columns have in common: text, numbers, times, ids, bytes, lists, objects.
    """
    filled = [(model, rows) for model, rows in batches if rows]
    shape = tuple((cast(Table, model.__table__).name, tuple(rows[0])) for model, rows in filled)
    values = {f"rows_{index}": json.dumps(list(rows), default=_plain) for index, (_, rows) in enumerate(filled)}
    session.execute(_statement(shape), values)


@cache
def _statement(shape: tuple[tuple[str, tuple[str, ...]], ...]) -> TextClause:
    """The names come from our own models, never from outside."""
    parts = []
    for index, (table, columns) in enumerate(shape):
        names = ", ".join(f'"{column}"' for column in columns)
        parts.append(
            f"made_{index} AS (INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608 - see above
            f"FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows_{index} AS jsonb)))"
        )
    return text(f"WITH {', '.join(parts)} SELECT 1")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot travel as JSON")
