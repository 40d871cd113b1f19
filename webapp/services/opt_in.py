"""Double opt-in: what an address may get before somebody who reads there has said that it is theirs.

The list of programs was asked for, so it goes at once, and carries the link that confirms. Until that was used there
is no second one, whoever asks for it and however often: a form must not be a way to fill a stranger's inbox. What an
introduction itself calls for (a receipt, news of it) still goes, but seldom.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid, all_, any_, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from webapp.domain.ids import token_hash
from webapp.domain.links import Links
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


def confirmed_among(session: Session, email_keys: Collection[bytes]) -> set[bytes]:
    """Those of `email_keys` whose reader said so."""
    if not email_keys:
        return set()
    return set(
        session.scalars(
            select(Prospect.email_key).where(
                Prospect.email_key == any_(literal(list(email_keys), ARRAY(LargeBinary))),
                Prospect.email_confirmed_at.is_not(None),
                Prospect.erased_at.is_(None),
            )
        )
    )


def confirm_link(prospect: Prospect, links: Links) -> str:
    """The link by which the reader says that the address is theirs."""
    if prospect.confirm_hash is None:
        # A request of a release before this one has none yet.
        prospect.confirm_hash = token_hash(links.confirmation_token(prospect.id))
    return links.confirmation_url(prospect.id)


def why_not_all(session: Session, keys: Mapping[Message, bytes], now: datetime) -> dict[Message, str]:
    """Which of `keys`, messages and their readers' keyed hashes, may not go yet, and why.

    Messages to one address wait for each other here until the end of the transaction, in which the caller leases those
    that may go and writes the key into them: of many at once a single one is the first.
    """
    concerned = {row: key for row, key in keys.items() if _is_concerned(row)}
    confirmed = confirmed_among(session, set(concerned.values()))
    asked = {row: key for row, key in concerned.items() if key not in confirmed}
    if not asked:
        return {}
    _wait_for_turn(session, set(asked.values()))
    sent, reasons = _sent(session, asked), {}
    for row, key in asked.items():
        reason = _why_not(row, sent[key], now - DAY)
        if reason is None:
            sent[key].append((row.template, now))
        else:
            reasons[row] = reason
    return reasons


def _is_concerned(row: Message) -> bool:
    return row.prospect_id is not None and (row.message_class.can_be_stopped or row.template in NEWS)


def _wait_for_turn(session: Session, email_keys: Collection[bytes]) -> None:
    """In one order, so that two batches never wait for each other both ways."""
    names = sorted(key.hex() for key in email_keys)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(func.unnest(cast(names, ARRAY(Text))), 7))))


def _why_not(row: Message, sent: Sequence[tuple[Template, datetime]], since: datetime) -> str | None:
    if row.message_class is MessageClass.MATCHES:
        return UNCONFIRMED if any(template is Template.MATCHED_PROGRAMS for template, _ in sent) else None
    if row.message_class.can_be_stopped:
        return UNCONFIRMED
    lately = [template for template, at in sent if at > since]
    if row.template in RECEIPTS and any(template in RECEIPTS[1:] for template in lately):
        return TOO_MANY
    return TOO_MANY if len(lately) >= MOST_A_DAY else None


def _sent(session: Session, asked: Mapping[Message, bytes]) -> defaultdict[bytes, list[tuple[Template, datetime]]]:
    """What else has gone to each address, or may yet, of what counts here."""
    found = session.execute(
        select(Message.recipient_key, Message.template, Message.created_at).where(
            Message.recipient_key == any_(literal(list(set(asked.values())), ARRAY(LargeBinary))),
            Message.id != all_(literal([row.id for row in asked], ARRAY(Uuid))),
            Message.template.in_(NEWS),
            Message.status.in_(_REACHED),
        )
    )
    sent: defaultdict[bytes, list[tuple[Template, datetime]]] = defaultdict(list)
    for key, template, at in found:
        if key is not None:
            sent[key].append((template, at))
    return sent


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
