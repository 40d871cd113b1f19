"""Messages: queued once by key, then leased many at a time, sent and written down."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageClass, MessageStatus, Template
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.mail import MailGateway, OutgoingMail
from webapp.models import Message
from webapp.observability.log import get_logger
from webapp.services import outbox
from webapp.services.message_lease import Leased, Outside, Prepared, lease_all
from webapp.services.message_record import HANDED_OVER, LeaseLost, Record, Sent
from webapp.services.message_state import locked
from webapp.services.transaction import Begin

log = get_logger(__name__)

__all__ = ["TEMPLATE_VERSION", "Outside", "queue", "resend", "revoke", "send", "send_all"]

TEMPLATE_VERSION = "1"
SLOW_SECONDS = 0.02
"""Mails that take longer, on average, wait for their server most of the time: then another connection sends beside this
one. Where none waits, more threads would only wait for each other's turn in Python."""
BEGUN_BY = 0.5
"""The part of its lease after which a worker begins no other mail of its batch: the rest is for the one on its way."""


def queue(
    session: Session,
    *,
    key: str,
    message_class: MessageClass,
    template: Template,
    at: datetime,
    prospect_id: UUID | None = None,
    partner_id: UUID | None = None,
    submission_id: UUID | None = None,
    lead_id: UUID | None = None,
    resume_link_id: UUID | None = None,
    recipient: str | None = None,
    about: Mapping[str, Any] | None = None,
) -> UUID | None:
    """Queue one mail, due at `at`; its id, or None when `key` was queued before.

    `about` names more rows, by id. `recipient` is for a mail that must not follow its person to a new address.
    """
    row = session.execute(
        insert(Message)
        .values(
            id=new_id(),
            key=key,
            message_class=message_class,
            template=template,
            template_version=TEMPLATE_VERSION,
            prospect_id=prospect_id,
            partner_id=partner_id,
            submission_id=submission_id,
            lead_id=lead_id,
            resume_link_id=resume_link_id,
            recipient=recipient,
            about=dict(about or {}),
            status=MessageStatus.PENDING,
            due_at=at,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Message.id)
    ).first()
    if row is None:
        return None
    message_id: UUID = row.id
    outbox.add(session, EventKind.MESSAGE_DUE, [message_id], due_at=at)
    return message_id


def revoke(session: Session, message_id: UUID, *, reason: str) -> None:
    """What has not been handed over is not: a worker that holds it finds its lease gone before it hands over."""
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .where(Message.status.in_((MessageStatus.PENDING, MessageStatus.DEFERRED, MessageStatus.LEASED)))
        .values(status=MessageStatus.SUPPRESSED, reason=reason, due_at=None, leased_until=None, lease_id=None)
        .execution_options(synchronize_session=False)
    )


def send(begin: Begin, clock: Clock, outside: Outside, message_id: UUID) -> None:
    """Send `message_id`, if it is due and nobody else holds it."""
    send_all(begin, clock, outside, [message_id])


def send_all(begin: Begin, clock: Clock, outside: Outside, message_ids: Sequence[UUID]) -> None:
    """Send those of `message_ids` that are due and that nobody else holds; several at a time where the server is slow.

    The attempt is written down at the last moment before the mail server gets the mail. A worker that died before left
    nothing: the lease runs out and the mail is sent then. One that died after leaves the message `uncertain`: sending
    again could double it, so only a person may decide that.
    """
    leased = _leased(begin, clock, outside, message_ids)
    if leased is None or not leased.messages:
        return
    record = Record(begin, clock, outside, leased)
    left = deque(leased.messages)
    begun_by = leased.until - outside.retries.lease * (1 - BEGUN_BY)
    try:
        with ThreadPoolExecutor(max(1, outside.connections - 1), thread_name_prefix="mail") as threads:
            beside: list[Future[None]] = []

            def one_more() -> None:
                if left and len(beside) + 1 < outside.connections:
                    beside.append(threads.submit(send_some))

            def send_some() -> None:
                _send_some(clock, outside.mail, record, left, begun_by, one_more)

            send_some()
            for each in beside:  # while these go on they may call for more
                each.result()
    finally:
        record.flush_patiently()
        record.give_back(left)


def resend(session: Session, clock: Clock, message_id: UUID) -> None:
    """Staff send a failed or an uncertain message again. After an uncertain one the recipient may get it twice."""
    now = clock.now()
    row = locked(session, message_id)
    if row is None:
        raise NotFound("There is no such message.")
    if row.status not in (MessageStatus.FAILED, MessageStatus.UNCERTAIN):
        raise Refused(Problem("message", f"Only a failed or uncertain message can be sent again; it is {row.status}."))
    if row.template is Template.PARTNER_LEAD:
        raise Refused(
            Problem("message", "It carries a lead, whose delivery goes on by itself.", "Replay the delivery.")
        )
    row.status = MESSAGE_LIFECYCLE.check(row.status, MessageStatus.PENDING)
    row.reason, row.attempts_made, row.due_at = "resent_by_staff", 0, now
    outbox.add(session, EventKind.MESSAGE_DUE, [row.id], due_at=now)


def _leased(begin: Begin, clock: Clock, outside: Outside, message_ids: Sequence[UUID]) -> Leased | None:
    """The lease on a batch. Where one message cannot be read, the others are leased without it."""
    try:
        with begin() as session:
            return lease_all(session, clock.now(), outside, message_ids)
    except Exception as error:
        if len(message_ids) == 1:
            raise
        log.warning("a batch of mails cannot be read; trying them one by one", error=type(error).__name__)
    for message_id in message_ids:
        try:
            send_all(begin, clock, outside, [message_id])
        except Exception:
            log.exception("a mail cannot be sent; it stays due", id=str(message_id))
    return None


def _send_some(
    clock: Clock,
    mail: MailGateway,
    record: Record,
    left: deque[Prepared],
    begun_by: datetime,
    slow: Callable[[], None],
) -> None:
    """Send what is left of a batch, one after the other, until none is left or the time is over.

    `slow` is called after each mail while they take long.
    """
    began, sent = time.monotonic(), 0
    while clock.now() < begun_by:
        try:
            prepared = left.popleft()
        except IndexError:
            break
        try:
            record.end(prepared, _hand_over(mail, prepared, record))
        except LeaseLost:
            continue
        except BaseException:
            record.drop(prepared)
            raise
        sent += 1
        if time.monotonic() - began > SLOW_SECONDS * sent:
            slow()
    record.flush()


def _hand_over(mail: MailGateway, prepared: Prepared, record: Record) -> Sent:
    try:
        outgoing: OutgoingMail = prepared.letter.compose()
    except Exception:
        # A fault of ours in one mail: it is tried again later, perhaps by a release that can write it.
        log.exception("a mail cannot be written", id=str(prepared.message_id), template=prepared.template)
        return Sent(AttemptOutcome.RETRYABLE, "not_written")
    try:
        receipt = mail.send(outgoing, handing_over=lambda: record.start(prepared))
    except Retryable as error:
        return Sent(AttemptOutcome.RETRYABLE, error.reason, error.text, error.retry_after)
    except Permanent as error:
        return Sent(AttemptOutcome.PERMANENT, error.reason, error.text)
    except Uncertain as error:
        return Sent(AttemptOutcome.UNCERTAIN, error.reason, error.text)
    return Sent(AttemptOutcome.ACCEPTED, HANDED_OVER, receipt.answer)
