"""Which mails an address gets: for the preference centre and the page behind an unsubscribe link."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.message import STOPPABLE, MessageClass
from webapp.domain.suppression import THE_STUDENTS_OWN
from webapp.domain.unsubscribe import CLASSES_OF
from webapp.models import Message, Prospect, Suppression


@dataclass(frozen=True, slots=True)
class MailTopic:
    """One topic: whether such mail comes; if not, whether it was stopped, and whether by us (who alone may undo it)."""

    message_class: MessageClass
    comes: bool
    stopped: bool
    by_us: bool


@dataclass(frozen=True, slots=True)
class MailTopics:
    """All topics of one student's address, and whether somebody who reads there confirmed it, for this request."""

    topics: tuple[MailTopic, ...]
    confirmed: bool


def mail_topics(session: Session, prospect_id: UUID) -> MailTopics:
    """The preference centre of one student."""
    prospect = session.get_one(Prospect, prospect_id)
    reasons = _reasons(session, prospect.email_key)
    wants_news = prospect.listing_news_from is not None
    found = []
    for each in STOPPABLE:
        causes = {reason for stopped in each.stopped_with for reason in reasons.get(stopped, ())}
        found.append(
            MailTopic(
                message_class=each,
                comes=not causes and (wants_news or each is not MessageClass.LISTING_CHANGED),
                stopped=bool(causes),
                by_us=bool(causes - THE_STUDENTS_OWN),
            )
        )
    return MailTopics(tuple(found), prospect.email_confirmed_at is not None)


def find_stopped(session: Session, message_id: UUID) -> Mapping[str, bool] | None:
    """Whether each topic is stopped for whoever reads this message; None where there is no such message."""
    row = session.execute(
        select(Message.recipient_key, Prospect.email_key)
        .outerjoin(Prospect, Prospect.id == Message.prospect_id)
        .where(Message.id == message_id)
    ).first()
    key = (row.recipient_key or row.email_key) if row else None
    if key is None:
        return None
    reasons = _reasons(session, key)
    return {
        topic: all(any(reasons.get(each) for each in one.stopped_with) for one in classes)
        for topic, classes in CLASSES_OF.items()
    }


def _reasons(session: Session, email_key: bytes) -> dict[MessageClass, list[str]]:
    rows = session.execute(
        select(Suppression.message_class, Suppression.reason).where(Suppression.email_key == email_key)
    )
    found: dict[MessageClass, list[str]] = {}
    for row in rows:
        found.setdefault(row.message_class, []).append(row.reason)
    return found
