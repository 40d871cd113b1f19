"""Suppressions: which addresses get no mail of a class, and why."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, any_, delete, exists, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.message import MessageClass
from webapp.domain.suppression import THE_STUDENTS_OWN, LiftReason
from webapp.models import Message, Prospect, Suppression


def is_key_suppressed(session: Session, email_key: bytes, message_class: MessageClass) -> bool:
    """Whether the address behind `email_key` gets no mail of `message_class`."""
    found = exists().where(_of(email_key, message_class.stopped_with))
    return bool(session.execute(select(found)).scalar())


def suppressed_of(session: Session, keys: Mapping[Message, bytes]) -> set[Message]:
    """Those of `keys`, messages and their readers' keyed hashes, whose reader gets no mail of that class."""
    if not keys:
        return set()
    found = session.execute(
        select(Suppression.email_key, Suppression.message_class).where(
            Suppression.email_key == any_(literal(list(set(keys.values())), ARRAY(LargeBinary)))
        )
    )
    stopped = {(email_key, message_class) for email_key, message_class in found}
    return {row for row, key in keys.items() if any((key, each) in stopped for each in row.message_class.stopped_with)}


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
