"""Double opt-in: what an address may get before somebody who reads there has said that it is theirs.

The list of programs was asked for, so it goes at once, and carries the link that confirms. Until that was used there
is no second one, whoever asks for it and however often: a form must not be a way to fill a stranger's inbox. What an
introduction itself calls for (a receipt, news of it) still goes, but seldom.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.models import Message, Prospect

UNCONFIRMED: Final = "unconfirmed_address"
TOO_MANY: Final = "too_many_unconfirmed"

RECEIPTS: Final = (Template.MATCHED_PROGRAMS, Template.INTRODUCTIONS_OPENED)
"""What a request is answered with. An address that nobody confirmed gets one list ever, one receipt a day."""
NEWS: Final = (*RECEIPTS, Template.INTRODUCTION_UPDATE)
MOST_A_DAY: Final = 8
"""Mails about requests that an unconfirmed address gets in a day."""
DAY: Final = timedelta(days=1)

_REACHED: Final = (
    MessageStatus.LEASED,
    MessageStatus.DEFERRED,
    MessageStatus.HANDED_OVER,
    MessageStatus.UNCERTAIN,
    MessageStatus.BOUNCED,
    MessageStatus.COMPLAINED,
)
"""Where a message has gone out, or may yet."""


def is_confirmed(session: Session, email_key: bytes) -> bool:
    """Whether whoever reads at an address said so, on any of its requests that was not erased."""
    found = exists().where(
        Prospect.email_key == email_key, Prospect.email_confirmed_at.is_not(None), Prospect.erased_at.is_(None)
    )
    return bool(session.execute(select(found)).scalar())


def why_not(session: Session, message: Message, email_key: bytes, now: datetime) -> str | None:
    """Why `message` may not go to the address behind `email_key` yet; None where it may.

    Messages to one address wait for each other here until the end of the transaction, in which the caller leases this
    one and writes `email_key` into it: of many at once a single one is the first.
    """
    concerned = message.message_class.can_be_stopped or message.template in NEWS
    if message.prospect_id is None or not concerned or is_confirmed(session, email_key):
        return None
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(email_key.hex(), 7))))
    if message.message_class is MessageClass.MATCHES:
        return UNCONFIRMED if _sent(session, message, email_key, (Template.MATCHED_PROGRAMS,)) else None
    if message.message_class.can_be_stopped:
        return UNCONFIRMED
    since = now - DAY
    if message.template in RECEIPTS and _sent(session, message, email_key, RECEIPTS[1:], since=since):
        return TOO_MANY
    return TOO_MANY if _sent(session, message, email_key, NEWS, since=since) >= MOST_A_DAY else None


def will_wait(session: Session, prospect_id: UUID) -> bool:
    """Whether the list of this request is not mailed: another went to its address, and nobody there confirmed it."""
    email_key = session.execute(select(Prospect.email_key).where(Prospect.id == prospect_id)).scalar_one()
    if is_confirmed(session, email_key):
        return False
    # A message that waits for its worker has no address on it yet.
    others = select(Prospect.id).where(Prospect.email_key == email_key, Prospect.id != prospect_id)
    found = exists().where(
        (Message.recipient_key == email_key) | Message.prospect_id.in_(others),
        Message.prospect_id != prospect_id,
        Message.template == Template.MATCHED_PROGRAMS,
        Message.status.in_((MessageStatus.PENDING, *_REACHED)),
    )
    return bool(session.execute(select(found)).scalar())


def list_is_withheld(session: Session, prospect_id: UUID) -> bool:
    """Whether this request asked for a list that is not mailed, since the address got one and nobody confirmed it."""
    waits = exists().where(
        Message.prospect_id == prospect_id,
        Message.template == Template.MATCHED_PROGRAMS,
        (Message.status == MessageStatus.PENDING) | (Message.reason == UNCONFIRMED),
    )
    return bool(session.execute(select(waits)).scalar()) and will_wait(session, prospect_id)


def _sent(
    session: Session,
    message: Message,
    email_key: bytes,
    templates: tuple[Template, ...],
    *,
    since: datetime | None = None,
) -> int:
    """How many other messages of these templates have gone to the address, or may yet."""
    statement = select(func.count()).where(
        Message.recipient_key == email_key,
        Message.id != message.id,
        Message.template.in_(templates),
        Message.status.in_(_REACHED),
    )
    if since is not None:
        statement = statement.where(Message.created_at > since)
    return session.execute(statement).scalar_one()
