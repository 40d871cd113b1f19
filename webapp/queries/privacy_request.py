"""Privacy requests as staff see them: the list with its clocks, one of them, and what is held of who asked."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.notice import NoticeStatus
from webapp.domain.privacy_request import PrivacyLaw, RequestKind, RequestOutcome, RequestSource, RequestStatus
from webapp.models import Lead, PartnerNotice, PrivacyRequest, Prospect, Submission
from webapp.queries.paging import Key, Order, Page, newest_first, read_page

_BY_CLOCK = Order((Key(PrivacyRequest.due_on, date.fromisoformat), Key(PrivacyRequest.id, UUID)), descending=False)
_NEWEST = newest_first(PrivacyRequest.created_at, PrivacyRequest.id)


@dataclass(frozen=True, slots=True)
class PrivacyRequestRow:
    """One request. `person` is the keyed hash of their address in hex, where they gave one; no name is anywhere."""

    id: UUID
    kind: RequestKind
    law: PrivacyLaw
    source: RequestSource
    status: RequestStatus
    outcome: RequestOutcome | None
    person: str | None
    received_on: date
    due_on: date
    extended_at: datetime | None
    extension_words: str | None
    carried_out_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    note: str | None
    recorded_by: str
    lead_id: UUID | None

    def days_left(self, today: date) -> int:
        """Days until the last one on which it can be answered in time; negative when that is over."""
        return (self.due_on - today).days


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold of one person: requests, how many of them are erased, and notices to partners by their status."""

    submissions: tuple[UUID, ...]
    erased: int
    notices: dict[NoticeStatus, int]


def list_privacy_requests(
    session: Session,
    *,
    status: RequestStatus = RequestStatus.OPEN,
    kind: RequestKind | None = None,
    person: bytes | None = None,
    cursor: str | None,
) -> Page[PrivacyRequestRow]:
    """Open requests, the most urgent first; closed ones, the newest first."""
    statement = select(PrivacyRequest).where(PrivacyRequest.status == status)
    if kind is not None:
        statement = statement.where(PrivacyRequest.kind == kind)
    if person is not None:
        statement = statement.where(PrivacyRequest.person == person)
    order = _BY_CLOCK if status is RequestStatus.OPEN else _NEWEST
    return read_page(session, statement, order, lambda row: _row(row[0]), cursor=cursor)


def count_open_requests(session: Session, today: date) -> tuple[int, int]:
    """How many requests are open, and how many of them are late."""
    late = func.count().filter(PrivacyRequest.due_on < today)
    row = session.execute(select(func.count(), late).where(PrivacyRequest.status == RequestStatus.OPEN)).one()
    return row[0], row[1]


def get_privacy_request(session: Session, request_id: UUID) -> PrivacyRequestRow:
    """One request; NotFound when there is none."""
    found = session.get(PrivacyRequest, request_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such request.")
    return _row(found)


def privacy_request_state(session: Session, request_id: UUID) -> dict[str, object]:
    """What the audit log keeps of a request before and after staff act on it: no words that may name somebody."""
    row = get_privacy_request(session, request_id)
    return {
        "kind": row.kind,
        "law": row.law,
        "source": row.source,
        "status": row.status,
        "outcome": row.outcome,
        "received_on": row.received_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "extended": row.extended_at is not None,
        "carried_out": row.carried_out_at is not None,
    }


def held_of(session: Session, person: str) -> Held:
    """What there is of the person behind a keyed hash, as hex."""
    known = Prospect.email_key == bytes.fromhex(person)
    submissions = session.execute(
        select(Submission.id, Prospect.erased_at)
        .join(Prospect, Prospect.id == Submission.prospect_id)
        .where(known)
        .order_by(Submission.created_at.desc(), Submission.id)
    ).all()
    notices = session.execute(
        select(PartnerNotice.status, func.count())
        .join(Lead, Lead.id == PartnerNotice.lead_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .where(known)
        .group_by(PartnerNotice.status)
    )
    return Held(
        submissions=tuple(row.id for row in submissions),
        erased=sum(row.erased_at is not None for row in submissions),
        notices={row[0]: row[1] for row in notices},
    )


def _row(row: PrivacyRequest) -> PrivacyRequestRow:
    return PrivacyRequestRow(
        id=row.id,
        kind=row.kind,
        law=row.law,
        source=row.source,
        status=row.status,
        outcome=row.outcome,
        person=row.person.hex() if row.person else None,
        received_on=row.received_on,
        due_on=row.due_on,
        extended_at=row.extended_at,
        extension_words=row.extension_words,
        carried_out_at=row.carried_out_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        note=row.note,
        recorded_by=row.recorded_by,
        lead_id=row.lead_id,
    )
