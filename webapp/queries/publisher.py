"""Publishers as staff see them, and the form that a page of theirs may frame."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Label, Select, func, select, true
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.publisher import KEY, PublisherStatus
from webapp.models import Publisher, PublisherDay
from webapp.queries.paging import Page, by_name, read_page

_BY_NAME = by_name(Publisher.name, Publisher.id)


@dataclass(frozen=True, slots=True)
class Embed:
    """What the framed form needs to know."""

    key: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many forms were begun and finished, requests sent and introductions asked for in them."""

    started: int = 0
    completed: int = 0
    requests: int = 0
    introductions: int = 0


@dataclass(frozen=True, slots=True)
class PublisherRow:
    """One line of the list; `counts` are those since the day that was asked for."""

    id: UUID
    key: str
    name: str
    origins: tuple[str, ...]
    status: PublisherStatus
    created_at: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class Month:
    """What came through a publisher in one month; `first` is its first day."""

    first: date
    counts: Counts


def find_embed(session: Session, key: str) -> Embed | None:
    """The form of a live publisher."""
    if not KEY.fullmatch(key):
        return None
    row = session.execute(
        select(Publisher.key, Publisher.origins).where(Publisher.key == key, Publisher.status == PublisherStatus.LIVE)
    ).first()
    return Embed(row.key, tuple(row.origins)) if row else None


def list_publishers(session: Session, *, since: date, cursor: str | None = None) -> Page[PublisherRow]:
    """Publishers by name."""
    return read_page(session, _rows(since), _BY_NAME, _row, cursor=cursor)


def get_publisher(session: Session, publisher_id: UUID, *, since: date) -> PublisherRow:
    """One publisher; NotFound when there is none."""
    row = session.execute(_rows(since).where(Publisher.id == publisher_id)).first()
    if row is None:
        raise NotFound("There is no such publisher.")
    return _row(row)


def months_of(session: Session, publisher_id: UUID) -> tuple[Month, ...]:
    """What came through a publisher month by month, the latest first; months without anything are left out."""
    first = func.date_trunc("month", PublisherDay.day).label("first")
    rows = session.execute(
        select(first, *_sums()).where(PublisherDay.publisher_id == publisher_id).group_by(first).order_by(first.desc())
    ).all()
    return tuple(
        Month(row.first.date(), Counts(row.started, row.completed, row.requests, row.introductions)) for row in rows
    )


def publisher_state(session: Session, publisher_id: UUID) -> dict[str, object]:
    """What the audit log keeps of a publisher before and after staff change it."""
    row = session.get(Publisher, publisher_id, populate_existing=True)
    if row is None:
        raise NotFound("There is no such publisher.")
    return {"name": row.name, "origins": list(row.origins), "status": str(row.status)}


def _rows(since: date) -> Select[*tuple[Any, ...]]:
    """Publishers with their counts, which are added up for those alone that are shown."""
    days = select(*_sums()).where(PublisherDay.publisher_id == Publisher.id, PublisherDay.day >= since)
    counts = days.lateral("counts")
    return select(Publisher, *counts.c).join(counts, true())


def _row(row: Any) -> PublisherRow:
    publisher: Publisher = row.Publisher
    return PublisherRow(
        publisher.id,
        publisher.key,
        publisher.name,
        tuple(publisher.origins),
        publisher.status,
        publisher.created_at,
        Counts(row.started, row.completed, row.requests, row.introductions),
    )


def _sums() -> list[Label[int]]:
    counted = (PublisherDay.started, PublisherDay.completed, PublisherDay.requests, PublisherDay.introductions)
    return [func.coalesce(func.sum(each), 0).label(each.key) for each in counted]
