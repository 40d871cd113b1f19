"""The audit log for the back office."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from webapp.models import AuditEntry
from webapp.queries.paging import Page, count_up_to, newest_first, read_page

_ORDER = newest_first(AuditEntry.at, AuditEntry.id)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to which thing, from where, and what it was before and after.

    `partner_id` is set where one of a partner's own people did.
    """

    id: UUID
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    remote_address: str | None
    partner_id: UUID | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the log is narrowed to; None means all. Of one thing when both its type and id are given; `partner_id`: what
    that partner's own people did."""

    object_type: str | None = None
    object_id: str | None = None
    partner_id: UUID | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_audit(session: Session, wanted: AuditFilter, *, cursor: str | None) -> Page[AuditRow]:
    """Entries, newest first."""
    return read_page(session, _narrowed(_columns(), wanted), _ORDER, lambda row: AuditRow(*row[:10]), cursor=cursor)


def count_audit(session: Session, wanted: AuditFilter, *, most: int | None = None) -> int:
    """How many entries are like that; at `most` the counting stops."""
    return count_up_to(session, _narrowed(select(AuditEntry.id), wanted), most)


def _narrowed(statement: Any, wanted: AuditFilter) -> Any:
    if wanted.object_type is not None and wanted.object_id is not None:
        statement = statement.where(
            AuditEntry.object_type == wanted.object_type, AuditEntry.object_id == wanted.object_id
        )
    if wanted.partner_id is not None:
        statement = statement.where(AuditEntry.partner_id == wanted.partner_id)
    if wanted.actor is not None:
        statement = statement.where(AuditEntry.actor == wanted.actor)
    if wanted.action is not None:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < wanted.until)
    return statement


def trail_of(session: Session, objects: Collection[tuple[str, str]], *, most: int = 100) -> tuple[AuditRow, ...]:
    """What was done to any of `objects`, as (type, id): the newest `most`, oldest first."""
    rows = session.execute(
        _columns()
        .where(tuple_(AuditEntry.object_type, AuditEntry.object_id).in_(objects))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(most)
    )
    return tuple(AuditRow(*row) for row in reversed(rows.all()))


def _columns() -> Any:
    return select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.object_type,
        AuditEntry.object_id,
        AuditEntry.before,
        AuditEntry.after,
        AuditEntry.remote_address,
        AuditEntry.partner_id,
    )
