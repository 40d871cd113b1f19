"""The queues of staff: how much is in each, and what stands before and after one thing of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from webapp.domain.lead import AWAITING_CONFIRMATION, LeadStatus
from webapp.domain.lead_return import ReturnStatus
from webapp.domain.staff_queue import HELD_QUEUES, StaffQueue
from webapp.models import AuditEntry, Complaint, Delivery, Lead, LeadReturn

COMPLAINTS_WINDOW: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one thing stands in its queue: what is before and after it (None at the ends), and how many are in all."""

    before: UUID | None
    after: UUID | None
    count: int


@dataclass(frozen=True, slots=True)
class _Source:
    """What a queue is made of: its rows, the id of a row's page, and the keys of its order (oldest first)."""

    rows: Select[Any]
    page_id: Any
    keys: tuple[Any, Any]


def count_queues(session: Session, now: datetime) -> dict[StaffQueue, int]:
    """How many things wait in each queue, by one statement over small indexes: right at once after an act."""
    queue = case(
        *((Lead.reason.in_(reasons), literal(name.value)) for name, reasons in HELD_QUEUES.items()),
        else_=literal(StaffQueue.HOLDS.value),
    )
    held = select(queue.label("queue"), func.count().label("count")).where(_held()).group_by(queue)
    others = [
        select(literal(name.value), func.count()).select_from(_source(name, now).rows.subquery())
        for name in (StaffQueue.RETURNS, StaffQueue.COMPLAINTS, StaffQueue.DEAD_LETTERS)
    ]
    found = dict.fromkeys(StaffQueue, 0)
    for name, count in session.execute(union_all(held, *others)):
        found[StaffQueue(name)] = count
    return found


def find_place(session: Session, queue: StaffQueue, page_id: UUID, now: datetime) -> Place:
    """Where the thing of that page stands in `queue`; also once it has left it."""
    source = _source(queue, now)
    here = _here(session, queue, page_id)
    before = after = None
    if here is not None:
        keys, values = tuple_(*source.keys), tuple_(*here)
        down, up = [key.desc() for key in source.keys], [key.asc() for key in source.keys]
        before = session.execute(source.rows.where(keys < values).order_by(*down).limit(1)).scalar()
        after = session.execute(source.rows.where(keys > values).order_by(*up).limit(1)).scalar()
    count = session.execute(select(func.count()).select_from(source.rows.subquery())).scalar_one()
    return Place(before, after, count)


def find_next(session: Session, queue: StaffQueue, page_id: UUID, now: datetime) -> UUID | None:
    """What to look at after that one: the next, at the end the first again; None when the queue is empty."""
    source = _source(queue, now)
    place = find_place(session, queue, page_id, now)
    if place.after is not None:
        return place.after
    first = source.rows.where(source.page_id != page_id).order_by(*source.keys).limit(1)
    return session.execute(first).scalar()


def _held() -> ColumnElement[bool]:
    return and_(Lead.status == LeadStatus.HELD_REVIEW, Lead.reason.is_distinct_from(AWAITING_CONFIRMATION))


def _source(queue: StaffQueue, now: datetime) -> _Source:
    if queue is StaffQueue.RETURNS:
        rows = select(LeadReturn.id).where(LeadReturn.status == ReturnStatus.REQUESTED)
        return _Source(rows, LeadReturn.id, (LeadReturn.requested_at, LeadReturn.id))
    if queue is StaffQueue.COMPLAINTS:
        rows = select(Complaint.lead_id).where(Complaint.at > now - COMPLAINTS_WINDOW, ~_looked_at())
        return _Source(rows, Complaint.lead_id, (Complaint.at, Complaint.lead_id))
    if queue is StaffQueue.DEAD_LETTERS:
        failed = Lead.status == LeadStatus.FAILED
        rows = select(Delivery.id).join(Lead, Lead.id == Delivery.lead_id).where(failed, Lead.expires_at > now)
        # What can be sent again for the shortest time comes first.
        return _Source(rows, Delivery.id, (Lead.expires_at, Lead.id))
    reasons = HELD_QUEUES[queue]
    which = Lead.reason.in_(reasons)
    if queue is StaffQueue.HOLDS:
        known = frozenset().union(*(each for name, each in HELD_QUEUES.items() if name is not queue))
        which = func.coalesce(Lead.reason, "").not_in(known)
    return _Source(select(Lead.id).where(_held(), which), Lead.id, (Lead.created_at, Lead.id))


def _looked_at() -> ColumnElement[bool]:
    """Somebody of ours opened the lead since."""
    return exists().where(
        AuditEntry.object_type == "lead",
        AuditEntry.object_id == cast(Complaint.lead_id, String),
        AuditEntry.action == "viewed",
        AuditEntry.staff_id.is_not(None),
        AuditEntry.at >= Complaint.at,
    )


def _here(session: Session, queue: StaffQueue, page_id: UUID) -> Any:
    """The keys of that one, whether or not it is still in the queue."""
    if queue is StaffQueue.RETURNS:
        statement: Any = select(LeadReturn.requested_at, LeadReturn.id).where(LeadReturn.id == page_id)
    elif queue is StaffQueue.COMPLAINTS:
        statement = select(Complaint.at, Complaint.lead_id).where(Complaint.lead_id == page_id)
    elif queue is StaffQueue.DEAD_LETTERS:
        statement = select(Lead.expires_at, Lead.id).join(Delivery, Delivery.lead_id == Lead.id)
        statement = statement.where(Delivery.id == page_id)
    else:
        statement = select(Lead.created_at, Lead.id).where(Lead.id == page_id)
    return session.execute(statement).first()
