"""Messages: queued once by key, then leased, sent and written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome, RetryPolicy
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.ids import address_key, new_id
from webapp.domain.links import Links
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageClass, MessageStatus, Template
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.mail import MailGateway, OutgoingMail
from webapp.models import Message, ResumeLink
from webapp.services import lease, opt_in, outbox, suppression
from webapp.services.letter import Letter, Sender, letter_for
from webapp.services.transaction import Begin

TEMPLATE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Outside:
    """What messages need of the world around them."""

    mail: MailGateway
    links: Links
    sender: Sender
    retries: RetryPolicy
    spread: Callable[[], float]
    """Numbers in 0..1 that spread retries."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Everything the sending needs, read before the connection is given back."""

    message_id: UUID
    lease_id: UUID
    letter: Letter


@dataclass(frozen=True, slots=True)
class _Sent:
    outcome: AttemptOutcome
    reason: str
    answer: str | None = None
    retry_after: timedelta | None = None


class _LeaseLost(Exception):
    """Somebody else holds the message now; nothing was sent."""


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
    """Send `message_id`, if it is due and nobody else holds it.

    The attempt is written down at the last moment before the mail server gets the mail. A worker that died before left
    nothing: the lease runs out and the mail is sent then. One that died after leaves the message `uncertain`: sending
    again could double it, so only a person may decide that.
    """
    with begin() as session:
        prepared = _lease(session, clock.now(), outside, message_id)
    if prepared is None:
        return
    started: list[UUID] = []

    def handing_over() -> None:
        with begin() as session:
            started.append(_start(session, clock.now(), prepared))

    try:
        sent = _hand_over(outside.mail, prepared.letter.compose(), handing_over)
    except _LeaseLost:
        return
    with begin() as session:
        _record(session, clock.now(), prepared, sent, started, outside)
    lease.count_attempt("message", sent.outcome)


def resend(session: Session, clock: Clock, message_id: UUID) -> None:
    """Staff send a failed or an uncertain message again. After an uncertain one the recipient may get it twice."""
    now = clock.now()
    row = _locked(session, message_id)
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


def _lease(session: Session, now: datetime, outside: Outside, message_id: UUID) -> _Prepared | None:
    row = _locked(session, message_id)
    if row is None:
        return None
    if row.status is MessageStatus.LEASED and lease.is_abandoned(row, now):
        _take_back(session, row, now, outside.retries)
    if row.status not in (MessageStatus.PENDING, MessageStatus.DEFERRED) or row.due_at is None or row.due_at > now:
        return None
    letter = letter_for(session, row, outside.links, outside.sender)
    if letter is None:
        _finish(session, row, MessageStatus.SUPPRESSED, _why_not(row), at=now)
        return None
    key = address_key(outside.links.secret, letter.recipient)
    is_stopped = suppression.is_key_suppressed(session, key, row.message_class)
    reason = "suppressed" if is_stopped else opt_in.why_not(session, row, key, now)
    if reason is not None:
        _finish(session, row, MessageStatus.SUPPRESSED, reason, at=now)
        return None
    row.recipient_key = key
    row.status = MESSAGE_LIFECYCLE.check(row.status, MessageStatus.LEASED)
    return _Prepared(row.id, lease.take(row, now, outside.retries.lease), letter)


_NOTHING_TO_SAY = {Template.CONFIRM_INTRODUCTIONS: "answered_before", Template.LISTING_CHANGED: "changed_back"}


def _why_not(row: Message) -> str:
    """Why there is no letter for a message: nobody to read it, or nothing that still waits for an answer."""
    return _NOTHING_TO_SAY.get(row.template, "recipient_erased")


def _take_back(session: Session, row: Message, now: datetime, retries: RetryPolicy) -> None:
    """What to do with a message whose worker died: whether it had begun to hand over decides."""
    if lease.abandon_started(session, row, now):
        _finish(session, row, MessageStatus.UNCERTAIN, "worker_lost_while_sending", at=now)
        return
    if row.attempts_made > len(retries.delays):
        # Whatever kills the worker each time is in this message: others should not have to wait behind it.
        _finish(session, row, MessageStatus.FAILED, "worker_lost_repeatedly", at=now)
        return
    row.status = MESSAGE_LIFECYCLE.check(row.status, MessageStatus.PENDING)
    lease.give_up(row, due_at=now)


def _start(session: Session, now: datetime, prepared: _Prepared) -> UUID:
    row = _locked(session, prepared.message_id)
    if row is None or row.lease_id != prepared.lease_id or lease.is_abandoned(row, now):
        raise _LeaseLost
    return lease.begin_attempt(session, row, now)


def _hand_over(mail: MailGateway, outgoing: OutgoingMail, handing_over: Callable[[], None]) -> _Sent:
    try:
        receipt = mail.send(outgoing, handing_over=handing_over)
    except Retryable as error:
        return _Sent(AttemptOutcome.RETRYABLE, error.reason, error.text, error.retry_after)
    except Permanent as error:
        return _Sent(AttemptOutcome.PERMANENT, error.reason, error.text)
    except Uncertain as error:
        return _Sent(AttemptOutcome.UNCERTAIN, error.reason, error.text)
    return _Sent(AttemptOutcome.ACCEPTED, "handed_over", receipt.answer)


def _record(
    session: Session, now: datetime, prepared: _Prepared, sent: _Sent, started: list[UUID], outside: Outside
) -> None:
    row = _locked(session, prepared.message_id)
    if row is None:
        return
    attempt_id = started[0] if started else lease.begin_attempt(session, row, now)
    lease.finish_attempt(session, attempt_id, sent.outcome, at=now, reason=sent.reason, answer=sent.answer)
    if row.lease_id != prepared.lease_id:
        return
    match sent.outcome:
        case AttemptOutcome.ACCEPTED:
            _finish(session, row, MessageStatus.HANDED_OVER, sent.reason, at=now)
            row.handed_over_at = now
        case AttemptOutcome.UNCERTAIN:
            _finish(session, row, MessageStatus.UNCERTAIN, sent.reason, at=now)
        case AttemptOutcome.RETRYABLE:
            wait = outside.retries.delay(row.attempts_made, spread=outside.spread(), retry_after=sent.retry_after)
            if wait is None:
                _finish(session, row, MessageStatus.FAILED, "retries_used_up", at=now)
            else:
                _finish(session, row, MessageStatus.DEFERRED, sent.reason, at=now)
                row.due_at = now + wait
        case _:
            _finish(session, row, MessageStatus.FAILED, sent.reason, at=now)


def _finish(session: Session, row: Message, status: MessageStatus, reason: str, *, at: datetime) -> None:
    row.status = MESSAGE_LIFECYCLE.check(row.status, status)
    row.reason = reason
    lease.give_up(row)
    if status is MessageStatus.DEFERRED:
        return
    if row.template is Template.PARTNER_LEAD and "delivery_id" in row.about:
        # The delivery waits for what becomes of its mail.
        outbox.add(session, EventKind.DELIVERY_DUE, [UUID(row.about["delivery_id"])], due_at=at)
    # An address that is kept for this one mail is needed no longer.
    row.recipient = None
    if row.resume_link_id is not None:
        session.execute(update(ResumeLink).where(ResumeLink.id == row.resume_link_id).values(email=None))


def _locked(session: Session, message_id: UUID) -> Message | None:
    return session.execute(
        select(Message).where(Message.id == message_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
