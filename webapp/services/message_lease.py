"""Leasing messages: many in one transaction, each with its letter, so that sending them needs no connection."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid, any_, bindparam, func, literal, or_, select, update
from sqlalchemy.orm import Session

from webapp.domain.delivery import RetryPolicy
from webapp.domain.ids import address_key, new_id
from webapp.domain.links import Links
from webapp.domain.mail_reputation import HELD
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageStatus, Template
from webapp.domain.quiet_hours import next_day_time
from webapp.domain.switch import Switch
from webapp.gateways.mail import MailGateway
from webapp.models import Attempt, Message
from webapp.observability.log import get_logger
from webapp.queries.home_zone import home_zones
from webapp.queries.mail_reputation import held_until
from webapp.queries.switch import is_off
from webapp.services import lease, mail_turn, opt_in, suppression
from webapp.services.letter import Letter, Sender, letters_for
from webapp.services.message_state import finish, put_off

log = get_logger(__name__)

WAITING = (MessageStatus.PENDING, MessageStatus.DEFERRED)


@dataclass(frozen=True, slots=True)
class Outside:
    """What messages need of the world around them."""

    mail: MailGateway
    links: Links
    sender: Sender
    retries: RetryPolicy
    spread: Callable[[], float]
    """Numbers in 0..1 that spread retries."""
    connections: int = 1
    """Mails of one batch that are on their way at the same time, at most."""
    limits: mail_turn.Limits = field(default_factory=mail_turn.Limits)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One message ready to leave: everything the sending needs, read before the connection is given back."""

    message_id: UUID
    template: Template
    letter: Letter
    number: int
    """Of the attempt that will be made."""


@dataclass(frozen=True, slots=True)
class Leased:
    """Messages of one batch, held by one worker under one lease."""

    lease_id: UUID
    until: datetime
    messages: tuple[Prepared, ...]


def lease_all(session: Session, now: datetime, outside: Outside, message_ids: Sequence[UUID]) -> Leased:
    """Lease those of `message_ids` that are due and that nobody else holds; the others stay or come to their end."""
    if is_off(session, Switch.MAIL):
        return Leased(new_id(), now, ())
    rows = _claimed(session, now, message_ids)
    due = [row for row in rows if _is_due(session, row, now, outside.retries)]
    due = list(_not_held(session, due, now))
    letters = letters_for(session, due, outside.links, outside.sender)
    readers = {row: letters[row.id].recipient for row in due if row.id in letters}
    keys = {row: address_key(outside.links.secret, address) for row, address in readers.items()}
    stopped = suppression.suppressed_of(session, keys)
    refused = opt_in.why_not_all(session, {row: key for row, key in keys.items() if row not in stopped}, now)
    ready = []
    for row in due:
        reason = "suppressed" if row in stopped else refused.get(row) if row in keys else _why_not(row)
        if reason is None:
            ready.append(row)
        else:
            finish(session, row, MessageStatus.SUPPRESSED, reason, at=now)
    turns = [(row, readers[row].rpartition("@")[2].lower()) for row in ready]
    later = mail_turn.take(session, turns, outside.limits, now, spread=outside.spread())
    for row, until in later.items():
        put_off(session, row, mail_turn.WAITS, until=until)
    going = [(row, domain, keys[row]) for row, domain in turns if row not in later]
    return _take(session, going, letters, now, outside)


def _claimed(session: Session, now: datetime, message_ids: Sequence[UUID]) -> Sequence[Message]:
    """Those that may be due, locked; what another worker is looking at is passed over."""
    waiting = Message.status.in_(WAITING) & (Message.due_at <= now)
    abandoned = (Message.status == MessageStatus.LEASED) & (Message.leased_until <= now)
    return session.scalars(
        select(Message)
        .where(Message.id == any_(literal(list(message_ids), ARRAY(Uuid))), or_(waiting, abandoned))
        .order_by(Message.created_at, Message.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _is_due(session: Session, row: Message, now: datetime, retries: RetryPolicy) -> bool:
    if row.status is MessageStatus.LEASED:
        _take_back(session, row, now, retries)
    return row.status in WAITING


def _take_back(session: Session, row: Message, now: datetime, retries: RetryPolicy) -> None:
    """What to do with a message whose worker died: whether it had begun to hand over decides."""
    if lease.abandon_started(session, row, now):
        finish(session, row, MessageStatus.UNCERTAIN, "worker_lost_while_sending", at=now)
        return
    if row.attempts_made > len(retries.delays):
        # Whatever kills the worker each time is in this message: others should not have to wait behind it.
        finish(session, row, MessageStatus.FAILED, "worker_lost_repeatedly", at=now)
        return
    row.status = MESSAGE_LIFECYCLE.check(row.status, MessageStatus.PENDING)
    row.leased_domain = None
    lease.give_up(row, due_at=now)


def _not_held(session: Session, rows: Sequence[Message], now: datetime) -> Iterator[Message]:
    """Those that may leave at this hour. What can be stopped waits for the day, and while too many complain."""
    can_wait = [row for row in rows if row.message_class.can_be_stopped]
    look_again = held_until(session, now) if can_wait else None
    zones = home_zones(session, [row.prospect_id for row in can_wait if row.prospect_id and not _was_asked_for(row)])
    for row in rows:
        if row.message_class.can_be_stopped and look_again is not None:
            put_off(session, row, HELD, until=look_again)
            continue
        if row.message_class.can_be_stopped and not _was_asked_for(row):
            zone = zones.get(row.prospect_id) if row.prospect_id else None
            day = next_day_time(now, [zone]) if zone else next_day_time(now)
            if day > now:
                put_off(session, row, "quiet_hours", until=day)
                continue
        yield row


def _was_asked_for(row: Message) -> bool:
    """The list is an answer: whoever asks for it at night is awake and waits for it."""
    return row.template is Template.MATCHED_PROGRAMS


_NOTHING_TO_SAY = {Template.CONFIRM_INTRODUCTIONS: "answered_before", Template.LISTING_CHANGED: "changed_back"}


def _why_not(row: Message) -> str:
    """Why there is no letter for a message: nobody to read it, or nothing that still waits for an answer."""
    return _NOTHING_TO_SAY.get(row.template, "recipient_erased")


def _take(
    session: Session,
    going: Sequence[tuple[Message, str, bytes]],
    letters: dict[UUID, Letter],
    now: datetime,
    outside: Outside,
) -> Leased:
    """One lease for all that go, each to a domain and to the address behind a key; written with one statement."""
    lease_id, until = new_id(), now + outside.retries.lease
    if not going:
        return Leased(lease_id, until, ())
    made = _attempts_made(session, [row.id for row, *_ in going if row.attempts_made or row.reason])
    for row, *_ in going:
        MESSAGE_LIFECYCLE.check(row.status, MessageStatus.LEASED)
    ids, domains, keys = zip(*((row.id, domain, key) for row, domain, key in going), strict=True)
    # What was changed in the rows before is written first: it may be what lets them be leased.
    session.flush()
    session.connection().execute(
        _LEASE,
        {
            "ids": list(ids),
            "domains": list(domains),
            "keys": list(keys),
            "new_lease_id": lease_id,
            "until": until,
        },
    )
    return Leased(
        lease_id,
        until,
        tuple(Prepared(row.id, row.template, letters[row.id], made.get(row.id, 0) + 1) for row, *_ in going),
    )


_GOING = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("domains", type_=ARRAY(Text)),
        bindparam("keys", type_=ARRAY(LargeBinary)),
    )
    .table_valued("id", "domain", "key")
    .render_derived()
)
_LEASE = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(Message.id == _GOING.c.id)
    .values(
        status=MessageStatus.LEASED,
        lease_id=bindparam("new_lease_id", type_=Uuid),
        leased_until=bindparam("until", type_=Message.leased_until.type),
        leased_domain=_GOING.c.domain,
        recipient_key=_GOING.c.key,
        attempts_made=Message.attempts_made + 1,
        due_at=None,
        slot_at=None,
    )
)


def _attempts_made(session: Session, message_ids: Sequence[UUID]) -> dict[UUID, int]:
    if not message_ids:
        return {}
    rows = session.execute(
        select(Attempt.message_id, func.count()).where(Attempt.message_id.in_(message_ids)).group_by(Attempt.message_id)
    )
    return {message_id: number for message_id, number in rows if message_id is not None}
