"""Unsubscribing: stopping mail by a link in one, and taking that back."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.message import MessageClass
from webapp.domain.suppression import THE_STUDENTS_OWN, SuppressionReason
from webapp.domain.unsubscribe import CLASSES_OF
from webapp.models import Message, Prospect
from webapp.queries.listing import current_version
from webapp.services import opt_in, suppression


def stop(session: Session, clock: Clock, message_id: UUID, topic: str) -> None:
    """Whoever reads this message wants no more mail of `topic`. Twice is the same as once.

    It works as long as the message is on record, also after everything else about its reader was erased.
    NotFound where there is no such message or topic.
    """
    key, classes = _reader(session, message_id), _classes(topic)
    suppression.suppress(session, key, classes, reason=SuppressionReason.STOPPED_BY_STUDENT, at=clock.now())


def undo(session: Session, message_id: UUID, topic: str) -> None:
    """Whoever reads this message takes `stop` back. Nothing else that stops their mail is touched."""
    key, classes = _reader(session, message_id), _classes(topic)
    suppression.lift(session, key, classes, (SuppressionReason.STOPPED_BY_STUDENT,))


def stop_topic(session: Session, clock: Clock, prospect_id: UUID, message_class: MessageClass) -> None:
    """A student on their own page wants no more mail of a class. Their wish to hear of listings ends with it."""
    prospect = session.get_one(Prospect, prospect_id, with_for_update={"key_share": True}, populate_existing=True)
    suppression.suppress(
        session, prospect.email_key, (message_class,), reason=SuppressionReason.STOPPED_BY_STUDENT, at=clock.now()
    )
    if MessageClass.LISTING_CHANGED in (message_class, *_kinds_of(message_class)):
        prospect.listing_news_from = None


def resume_topic(session: Session, prospect_id: UUID, message_class: MessageClass) -> None:
    """A student on their own page wants mail of a class again, or for the first time where it must be asked for.

    Refused until the address is confirmed: whoever typed somebody else's address must not undo what that person
    stopped. Refused too where the mail was not stopped by the student: their mailbox or a complaint did that.
    """
    prospect = session.get_one(Prospect, prospect_id, with_for_update={"key_share": True}, populate_existing=True)
    if not opt_in.is_confirmed(session, prospect.email_key) or prospect.email_confirmed_at is None:
        raise Refused(
            Problem(
                "topic",
                "We do not know yet that this address is yours.",
                "Open the confirming link in our mail to you, press the button there, and come back.",
            )
        )
    suppression.lift(session, prospect.email_key, message_class.stopped_with, THE_STUDENTS_OWN)
    if suppression.is_key_suppressed(session, prospect.email_key, message_class):
        raise Refused(
            Problem(
                "topic",
                "Mail to this address came back, or was reported as spam, so all of it is stopped.",
                "Write to us, and we look at it.",
            )
        )
    if message_class is MessageClass.LISTING_CHANGED:
        known = prospect.listing_news_from
        prospect.listing_news_from = current_version(session) if known is None else known


def _kinds_of(message_class: MessageClass) -> tuple[MessageClass, ...]:
    return tuple(each for each in MessageClass if message_class in each.stopped_with)


def _classes(topic: str) -> tuple[MessageClass, ...]:
    if topic not in CLASSES_OF:
        raise NotFound("There is no such topic.")
    return CLASSES_OF[topic]


def _reader(session: Session, message_id: UUID) -> bytes:
    """The keyed hash of the address that a message went to."""
    row = session.execute(
        select(Message.recipient_key, Prospect.email_key)
        .outerjoin(Prospect, Prospect.id == Message.prospect_id)
        .where(Message.id == message_id)
    ).first()
    key: bytes | None = (row.recipient_key or row.email_key) if row else None
    if key is None:
        raise NotFound("There is no such message.")
    return key
