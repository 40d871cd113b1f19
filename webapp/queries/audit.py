"""The audit log for the back office."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from webapp.domain.audit_kind import VIEWED, WAY_IN, AuditKind
from webapp.models import AuditEntry, StaffAccount
from webapp.queries.paging import Page, count_up_to, newest_first, read_page

_ORDER = newest_first(AuditEntry.at, AuditEntry.id)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries. All that is given holds together.

    `staff_id` is who acted; `by_partners` narrows to what people of partners did, `by_nobody` to what neither staff nor
    they did: the command line. `since` is in, `before` is out.
    """

    staff_id: UUID | None = None
    by_partners: bool = False
    by_nobody: bool = False
    partner_id: UUID | None = None
    object_type: str | None = None
    object_id: str | None = None
    kind: AuditKind | None = None
    since: datetime | None = None
    before: datetime | None = None


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


def list_audit(session: Session, wanted: AuditFilter, *, cursor: str | None) -> Page[AuditRow]:
    """Entries, newest first."""
    statement = _columns().where(*_conditions(wanted))
    return read_page(session, statement, _ORDER, lambda row: AuditRow(*row[:10]), cursor=cursor)


def count_audit(session: Session, wanted: AuditFilter, *, most: int | None = None) -> int:
    """How many entries are like that; at `most` the counting stops."""
    return count_up_to(session, select(AuditEntry.id).where(*_conditions(wanted)), most)


def list_object_types(session: Session) -> tuple[str, ...]:
    """Every kind of thing that entries are about, read by leaps along an index and not from every row."""
    first = select(func.min(AuditEntry.object_type).label("name")).cte("kinds", recursive=True)
    following = select(
        select(func.min(AuditEntry.object_type)).where(AuditEntry.object_type > first.c.name).scalar_subquery()
    ).where(first.c.name.is_not(None))
    kinds = first.union_all(following)
    return tuple(name for (name,) in session.execute(select(kinds.c.name).where(kinds.c.name.is_not(None))))


def list_actors(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Everybody of staff, by address, closed accounts too: what they did stays."""
    rows = session.execute(select(StaffAccount.id, StaffAccount.email).order_by(func.lower(StaffAccount.email)))
    return tuple((row.id, row.email) for row in rows)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    entry, found = AuditEntry, []
    for column, value in (
        (entry.staff_id, wanted.staff_id),
        (entry.partner_id, wanted.partner_id),
        (entry.object_type, wanted.object_type),
        (entry.object_id, wanted.object_id),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.by_partners:
        found.append(entry.partner_id.is_not(None))
    if wanted.by_nobody:
        found += [entry.staff_id.is_(None), entry.partner_id.is_(None)]
    if wanted.kind is AuditKind.VIEWS:
        found.append(entry.action.in_(VIEWED))
    elif wanted.kind is AuditKind.WAY_IN:
        found.append(entry.action.in_(_written_out(WAY_IN)))
    elif wanted.kind is AuditKind.CHANGES:
        found.append(entry.action.not_in(_written_out((*VIEWED, *WAY_IN))))
    if wanted.since is not None:
        found.append(entry.at >= wanted.since)
    if wanted.before is not None:
        found.append(entry.at < wanted.before)
    return found


def _written_out(words: Sequence[str]) -> BindParameter[Sequence[str]]:
    """Words as they stand in an index: bound as parameters, the planner would not know it."""
    return bindparam(None, list(words), expanding=True, literal_execute=True)


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
