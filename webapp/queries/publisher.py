"""Publishers as staff see them, and the form that a page of theirs may frame."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Label, func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.publisher import KEY, PublisherStatus
from webapp.models import Publisher, PublisherDay


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


def list_publishers(session: Session, *, since: date) -> tuple[PublisherRow, ...]:
    """All publishers by name. They are few: whoever embeds was set up by hand."""
    return tuple(_rows(session, since, None))


def get_publisher(session: Session, publisher_id: UUID, *, since: date) -> PublisherRow:
    """One publisher; NotFound when there is none."""
    for row in _rows(session, since, publisher_id):
        return row
    raise NotFound("There is no such publisher.")


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


def _rows(session: Session, since: date, publisher_id: UUID | None) -> list[PublisherRow]:
    query = (
        select(Publisher, *_sums())
        .outerjoin(PublisherDay, (PublisherDay.publisher_id == Publisher.id) & (PublisherDay.day >= since))
        .group_by(Publisher.id)
        .order_by(func.lower(Publisher.name), Publisher.id)
    )
    if publisher_id is not None:
        query = query.where(Publisher.id == publisher_id)
    return [
        PublisherRow(
            row.Publisher.id,
            row.Publisher.key,
            row.Publisher.name,
            tuple(row.Publisher.origins),
            row.Publisher.status,
            row.Publisher.created_at,
            Counts(row.started, row.completed, row.requests, row.introductions),
        )
        for row in session.execute(query)
    ]


def _sums() -> list[Label[int]]:
    counted = (PublisherDay.started, PublisherDay.completed, PublisherDay.requests, PublisherDay.introductions)
    return [func.coalesce(func.sum(each), 0).label(each.key) for each in counted]
