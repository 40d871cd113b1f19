"""Retention runs, as kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.retention import RUN_EVERY
from webapp.models import RetentionRun
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(RetentionRun.started_at, RetentionRun.id)


@dataclass(frozen=True, slots=True)
class RetentionRunRow:
    """One run. `removed` counts by kind, without zeros."""

    id: UUID
    started_at: datetime
    seconds: float
    removed: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.removed.values())


def list_retention_runs(session: Session, *, cursor: str | None) -> Page[RetentionRunRow]:
    """Runs that removed something, and the last one, the newest first."""
    return read_page(session, select(RetentionRun), _ORDER, lambda row: _row(row[0]), cursor=cursor)


def next_run_at(session: Session) -> datetime | None:
    """When the next run is due: the interval after the last one; None before the first."""
    last = session.execute(select(RetentionRun.started_at).order_by(RetentionRun.started_at.desc()).limit(1)).scalar()
    return last + RUN_EVERY if last is not None else None


def _row(row: RetentionRun) -> RetentionRunRow:
    return RetentionRunRow(
        row.id, row.started_at, (row.finished_at - row.started_at).total_seconds(), dict(row.removed)
    )
