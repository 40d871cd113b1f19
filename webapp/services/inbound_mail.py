"""Inbound mails: kept first, then read, and what they say of our own mails written down. Each once."""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.bounce import ENDS_THE_MESSAGE, SOFT_RULE, ReportKind
from webapp.domain.clock import Clock
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageStatus, Template
from webapp.domain.return_path import parse_return_path
from webapp.domain.suppression import EVERY_CLASS, SuppressionReason
from webapp.gateways.inbound_mail import MOST_BYTES, Report, message_id_of, our_id_in, read_report
from webapp.models import Delivery, InboundMail, Lead, Message
from webapp.observability.metrics import INBOUND_MAILS
from webapp.services import ending, outbox, partner_mail, seed, suppression
from webapp.services.message_state import locked

RAW_KEPT: Final = timedelta(days=14)
"""How long a mail that was not understood can be looked at by a person."""
KEPT: Final = timedelta(days=180)
"""How long it is on record that something came back; suppressions stay for good."""
TOO_EARLY: Final = timedelta(hours=1)
"""For how long a report on a message that is still being sent waits for the end of that."""
BATCH: Final = 2000


def receive(session: Session, clock: Clock, links: Links, raw: bytes, *, to: str, source: str) -> UUID | None:
    """Keep a mail that came for the envelope recipient `to` ("" where that is not known); None if it came before.

    Nothing of it is believed or acted on yet. Only that somebody wrote to the address of a seed is noted at once: who
    the mail was for is not kept.
    """
    token = parse_return_path(to)
    digest = hashlib.sha256(b"\0".join([(token or "").encode(), raw])).digest()
    row = session.execute(
        insert(InboundMail)
        .values(
            id=new_id(),
            digest=digest,
            source=source,
            size=len(raw),
            raw=raw[:MOST_BYTES],
            return_token=token,
            received_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["digest"])
        .returning(InboundMail.id)
    ).first()
    if row is None:
        return None
    mail_id: UUID = row.id
    if token is None and to and not _is_our_own(session, raw):
        seed.record_inbound(session, links, to, at=clock.now(), reference=message_id_of(raw) or digest.hex())
    outbox.add(session, EventKind.MAIL_RECEIVED, [mail_id], due_at=clock.now())
    return mail_id


def handle(session: Session, clock: Clock, mail_id: UUID) -> None:
    """Read a mail and write down what it says. Twice is the same as once; no mail makes it fail."""
    row = session.execute(
        select(InboundMail).where(InboundMail.id == mail_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None or row.handled_at is not None:
        return
    report = read_report(row.raw or b"")
    message, delivered = _locked(session, _message_of(session, row, report))
    if message is not None and message.status is MessageStatus.LEASED and clock.now() - row.received_at < TOO_EARLY:
        # It came back before the worker could write down that it went out: the sweep brings it again.
        return
    row.handled_at, row.kind = clock.now(), report.kind
    row.status_code, row.diagnosis = report.status_code or None, report.diagnosis or None
    if message is None:
        row.outcome = "no_message_of_ours"
    else:
        row.message_id, row.recipient_key = message.id, message.recipient_key
        session.flush()
        row.outcome = _act(session, row, message, at=clock.now())
        if delivered is not None and message.status is MessageStatus.BOUNCED:
            partner_mail.take_back(session, *delivered, at=clock.now())
    if report.kind is not ReportKind.OTHER:
        row.raw = None
    INBOUND_MAILS.labels(report.kind).inc()


def _is_our_own(session: Session, raw: bytes) -> bool:
    """Whether it is a mail that we sent: a seed gets receipts, as every student does."""
    own = our_id_in(message_id_of(raw))
    return own is not None and session.get(Message, own) is not None


def purge(session: Session, clock: Clock) -> int:
    """Clear what was kept for a person to look at, and forget in the end that it came; the number of rows touched."""
    now = clock.now()
    old = select(InboundMail.id).where(InboundMail.raw.is_not(None), InboundMail.received_at < now - RAW_KEPT)
    cleared = session.execute(
        update(InboundMail)
        .where(InboundMail.id.in_(old.limit(BATCH)), InboundMail.handled_at.is_not(None))
        .values(raw=None)
        .returning(InboundMail.id)
        .execution_options(synchronize_session=False)
    ).all()
    forgotten = session.scalars(
        select(InboundMail).where(InboundMail.received_at < now - KEPT).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    for row in forgotten:
        session.delete(row)
    session.flush()
    return len(cleared) + len(forgotten)


def _message_of(session: Session, row: InboundMail, report: Report) -> Message | None:
    """The message a report is about.

    Only what whoever had the mail can know counts: the token of its envelope sender, or its whole Message-ID. Where the
    report was sent to an envelope sender, that one decides, and nothing in the text stands in for a wrong one.
    """
    if row.return_token is not None:
        found = Message.return_token == row.return_token
    elif report.tokens:
        found = Message.return_token.in_(report.tokens)
    elif report.message_ids:
        found = Message.id.in_(report.message_ids)
    else:
        return None
    statement = select(Message).where(found).order_by(Message.id).limit(1)
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def _locked(session: Session, message: Message | None) -> tuple[Message | None, tuple[Lead, Delivery] | None]:
    """The message, locked; and where it hands a lead over, before that the lead and its delivery, as everywhere.

    Only the last mail of a delivery says where the lead is.
    """
    delivered = None
    if message is not None and message.template is Template.PARTNER_LEAD and "delivery_id" in message.about:
        lead, delivery = ending.locked(session, UUID(message.about["delivery_id"]))
        later = select(Message.id).where(
            Message.lead_id == message.lead_id, Message.template == message.template, Message.id > message.id
        )
        by_it = str(delivery.endpoint_id) == message.about.get("endpoint_id")
        if by_it and session.execute(later.limit(1)).first() is None:
            delivered = lead, delivery
    return (None if message is None else locked(session, message.id)), delivered


def _act(session: Session, row: InboundMail, message: Message, *, at: datetime) -> str:
    """What follows from it; the word that says so in the message's timeline."""
    kind = row.kind
    if kind in ENDS_THE_MESSAGE:
        _move(message, MessageStatus.BOUNCED, str(kind))
    elif kind is ReportKind.COMPLAINT:
        _move(message, MessageStatus.COMPLAINED, "complaint")
    key = message.recipient_key
    if key is None:
        return "recorded"
    if kind is ReportKind.HARD_BOUNCE:
        suppression.suppress(session, key, EVERY_CLASS, reason=SuppressionReason.HARD_BOUNCE, at=at)
        return "address_stopped"
    if kind is ReportKind.COMPLAINT:
        suppression.suppress(session, key, EVERY_CLASS, reason=SuppressionReason.COMPLAINT, at=at)
        return "address_stopped"
    if kind is ReportKind.SOFT_BOUNCE and _bounced_too_often(session, key, at):
        suppression.suppress(session, key, EVERY_CLASS, reason=SuppressionReason.SOFT_BOUNCES, at=at)
        return "address_stopped"
    return "recorded"


def _move(message: Message, status: MessageStatus, reason: str) -> None:
    """A report that comes late, or after another that said more, moves nothing."""
    if MESSAGE_LIFECYCLE.allows(message.status, status):
        message.status, message.reason = MESSAGE_LIFECYCLE.check(message.status, status), reason


def _bounced_too_often(session: Session, key: bytes, at: datetime) -> bool:
    """Whether the rule on soft bounces is met."""
    times = session.scalars(
        select(InboundMail.received_at).where(
            InboundMail.recipient_key == key,
            InboundMail.kind == ReportKind.SOFT_BOUNCE,
            InboundMail.received_at > at - SOFT_RULE.within,
        )
    ).all()
    return SOFT_RULE.is_met([each.date() for each in times])


def forget(session: Session, prospect_id: UUID) -> None:
    """Clear what came back for the mails of a student who is erased."""
    theirs = exists().where(Message.id == InboundMail.message_id, Message.prospect_id == prospect_id)
    session.execute(
        update(InboundMail).where(theirs).values(raw=None, diagnosis=None).execution_options(synchronize_session=False)
    )
