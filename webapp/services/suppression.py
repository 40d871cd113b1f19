"""Suppressions: which addresses get no mail of a class, and why."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import address_key, new_id
from webapp.domain.links import Links
from webapp.domain.message import MessageClass
from webapp.domain.suppression import THE_STUDENTS_OWN, LiftReason
from webapp.models import Prospect, Suppression


def is_suppressed(session: Session, links: Links, address: str, message_class: MessageClass) -> bool:
    """Whether `address` gets no mail of `message_class`."""
    return is_key_suppressed(session, address_key(links.secret, address), message_class)


def is_key_suppressed(session: Session, email_key: bytes, message_class: MessageClass) -> bool:
    """The same for the keyed hash of an address."""
    found = exists().where(_of(email_key, message_class.stopped_with))
    return bool(session.execute(select(found)).scalar())


def suppress(
    session: Session, email_key: bytes, classes: Collection[MessageClass], *, reason: str, at: datetime
) -> int:
    """No more mail of `classes` to the address behind `email_key`; how many were not stopped for this reason before."""
    rows = [
        {"id": new_id(), "email_key": email_key, "message_class": each, "reason": reason, "created_at": at}
        for each in classes
    ]
    made = session.execute(insert(Suppression).values(rows).on_conflict_do_nothing().returning(Suppression.id))
    return len(made.all())


def suppress_prospect(
    session: Session, prospect_id: UUID, message_class: MessageClass, *, reason: str, at: datetime
) -> None:
    """No more mail of `message_class` to this prospect's address. Twice is the same as once."""
    prospect = session.get_one(Prospect, prospect_id)
    suppress(session, prospect.email_key, (message_class,), reason=reason, at=at)


def lift(session: Session, email_key: bytes, classes: Collection[MessageClass], reasons: Collection[str]) -> int:
    """Let the address have mail of `classes` again as far as `reasons` stopped it; how many rows went."""
    gone = session.execute(
        delete(Suppression)
        .where(_of(email_key, classes), Suppression.reason.in_(reasons))
        .returning(Suppression.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def lift_row(session: Session, row_id: UUID, reason: LiftReason) -> None:
    """Staff lift one cause. NotFound when it is gone. Refused where its reader stopped it and did not ask for this."""
    row = session.get(Suppression, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such suppression.")
    if row.reason in THE_STUDENTS_OWN and reason is not LiftReason.READER_ASKED:
        raise Refused(
            Problem(
                "reason", "Its reader stopped this mail.", "Only they can have it started again, from that address."
            )
        )
    session.delete(row)


def _of(email_key: bytes, classes: Collection[MessageClass]) -> ColumnElement[bool]:
    return (Suppression.email_key == email_key) & Suppression.message_class.in_(classes)
