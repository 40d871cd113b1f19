"""What is written down while a batch of mails leaves: that some are begun, before their bytes go, and how others ended.

Each commit waits for the disk, and that wait is the same for one line as for ten. So whoever is about to hand over the
first of a few mails writes down all of them as begun, and with them how the ones before ended. Few, since each that is
begun and not known to have ended is `uncertain` when its worker dies; and not for long, since what is taken back
meanwhile should still not leave.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    DateTime,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome
from webapp.domain.ids import new_id
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageStatus, Template
from webapp.models import Attempt, Message
from webapp.observability.log import get_logger
from webapp.services import lease
from webapp.services.message_lease import Leased, Outside, Prepared
from webapp.services.message_state import finish, locked
from webapp.services.transaction import Begin

log = get_logger(__name__)

HANDED_OVER = "handed_over"
PATIENCE_SECONDS = 15.0
"""How long the end of a batch waits for a database that is away: well within its lease and the time of its task."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 2.0
BEGUN_TOGETHER = 16
"""Mails that are written down as begun at once: a dead worker leaves about so many `uncertain` of each batch."""
BEGUN_FOR = timedelta(seconds=1)
"""After which what is begun and not yet handed over is looked at again: its lease may be gone by then."""
_WITH_MORE_TO_DO = (Template.PARTNER_LEAD, Template.RESUME_LINK)
"""Mails whose end changes more than their own row."""


class LeaseLost(Exception):
    """Somebody else holds the message now; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How one try ended."""

    outcome: AttemptOutcome
    reason: str
    answer: str | None = None
    retry_after: timedelta | None = None


@dataclass(slots=True)
class _Begun:
    """An attempt that is on disk, and when the message was last seen to be ours."""

    attempt_id: UUID
    seen_at: datetime


@dataclass(slots=True)
class Record:
    """The record of one batch. Safe for the threads that send it: what they share only grows, or changes under lock."""

    begin: Begin
    clock: Clock
    outside: Outside
    leased: Leased
    _begun: dict[UUID, _Begun] = field(default_factory=dict)
    _lost: set[UUID] = field(default_factory=set)
    _left: set[UUID] = field(default_factory=set)
    """Messages whose bytes may be on their way, or have been."""
    _dropped: set[UUID] = field(default_factory=set)
    _ends: list[tuple[Prepared, Sent]] = field(default_factory=list)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _place: dict[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._place = {each.message_id: place for place, each in enumerate(self.leased.messages)}

    def start(self, prepared: Prepared) -> None:
        """Write that `prepared` is about to leave; returns when that is safe on disk. LeaseLost when it may not."""
        if not self._is_begun(prepared):
            with self._writing:
                if not self._is_begun(prepared):
                    self._write([each for each in self._group_of(prepared) if self._is_to_begin(each)])
        if prepared.message_id in self._lost:
            raise LeaseLost
        self._left.add(prepared.message_id)

    def drop(self, prepared: Prepared) -> None:
        """Sending it broke off in a way nobody foresaw. It keeps its lease: whatever did that should not do it at once
        again. Where the mail server got nothing of it, `give_back` takes back that it was begun."""
        if prepared.message_id not in self._left:
            self._dropped.add(prepared.message_id)

    def end(self, prepared: Prepared, sent: Sent) -> None:
        """How it ended; written with the next that is written, at the latest by `flush`."""
        self._left.add(prepared.message_id)
        self._ends.append((prepared, sent))

    def flush(self) -> None:
        """Write what has not been written."""
        with self._writing:
            if self._ends:
                self._write([])

    def flush_patiently(self) -> None:
        """`flush`, tried again for a while when the database is away: what a mail server has taken should be known."""
        self._patiently(self.flush)

    def _patiently(self, write: Callable[[], None]) -> None:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                write()
                return
            except OperationalError:
                if time.monotonic() + pause > give_up_at:
                    raise
                log.warning("the database is away; what was sent is written down when it is back")
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def give_back(self, unsent: Sequence[Prepared]) -> None:
        """What was not handed over in time is due again, and has not been tried, though it may have been begun."""
        self._patiently(lambda: self._give_back(unsent))

    def _give_back(self, unsent: Sequence[Prepared]) -> None:
        untried = {*self._dropped, *(each.message_id for each in unsent)}
        if not untried:
            return
        now = self.clock.now()
        begun = [self._begun[each].attempt_id for each in untried if each in self._begun]
        with self.begin() as session:
            session.execute(delete(Attempt).where(Attempt.id.in_(begun), Attempt.outcome == AttemptOutcome.STARTED))
            for prepared in unsent:
                row = locked(session, prepared.message_id)
                if row is None or row.lease_id != self.leased.lease_id:
                    continue
                row.status = MESSAGE_LIFECYCLE.check(row.status, MessageStatus.PENDING)
                row.attempts_made -= 1
                row.leased_domain = None
                lease.give_up(row, due_at=now)

    def _group_of(self, prepared: Prepared) -> Sequence[Prepared]:
        """The few that are begun together with it."""
        messages = self.leased.messages
        first = self._place[prepared.message_id] // BEGUN_TOGETHER * BEGUN_TOGETHER
        return messages[first : first + BEGUN_TOGETHER]

    def _is_begun(self, prepared: Prepared) -> bool:
        begun = self._begun.get(prepared.message_id)
        return begun is not None and self.clock.now() - begun.seen_at < BEGUN_FOR

    def _is_to_begin(self, prepared: Prepared) -> bool:
        return prepared.message_id not in self._left and prepared.message_id not in self._lost

    def _write(self, starts: Sequence[Prepared]) -> None:
        """Begin `starts`, and end what has ended; all of it or nothing."""
        ends, now = list(self._ends), self.clock.now()
        plain: list[tuple[Prepared, Sent]] = []
        others: list[tuple[Prepared, Sent]] = []
        for each in ends:
            (plain if self._is_plain(*each) else others).append(each)
        attempts = {
            start.message_id: begun.attempt_id if (begun := self._begun.get(start.message_id)) else new_id()
            for start in starts
        }
        # Where this fails, the ends stay for the next time: a row that stays `started` would become uncertain.
        with self.begin() as session:
            ours = self._write_together(session, starts, attempts, plain, now)
            for each in others:
                self._write_end(session, *each)
        del self._ends[: len(ends)]
        for message_id, attempt_id in attempts.items():
            if message_id in ours:
                self._begun[message_id] = _Begun(attempt_id, now)
            else:
                self._lost.add(message_id)
        for _, sent in ends:
            lease.count_attempt("message", sent.outcome)

    def _write_together(
        self,
        session: Session,
        starts: Sequence[Prepared],
        attempts: Mapping[UUID, UUID],
        ends: Sequence[tuple[Prepared, Sent]],
        now: datetime,
    ) -> set[UUID]:
        """Those of `starts` that are still ours, each with its attempt; one that was begun before keeps that.

        With the same statement end `ends`, as nearly all do: one trip to the database for all of it.
        """
        if not (starts or ends):
            return set()
        new = [each for each in starts if each.message_id not in self._begun]
        given = {
            "lease_id": self.leased.lease_id,
            "at": now,
            "starts": [each.message_id for each in starts],
            "new_attempts": [attempts[each.message_id] for each in new],
            "new_messages": [each.message_id for each in new],
            "new_numbers": [each.number for each in new],
            "ended_attempts": [self._begun[prepared.message_id].attempt_id for prepared, _ in ends],
            "ended_messages": [prepared.message_id for prepared, _ in ends],
            "answers": [sent.answer for _, sent in ends],
        }
        # Past the ORM, which would take as long again: nothing here is loaded into the session.
        return set(session.connection().scalars(_BEGIN_AND_END, given))

    def _is_plain(self, prepared: Prepared, sent: Sent) -> bool:
        """Whether it ended as nearly all do, with nothing else to be changed by it."""
        return (
            sent.outcome is AttemptOutcome.ACCEPTED
            and prepared.template not in _WITH_MORE_TO_DO
            and prepared.message_id in self._begun
        )

    def _write_end(self, session: Session, prepared: Prepared, sent: Sent) -> None:
        now = self.clock.now()
        row = locked(session, prepared.message_id)
        if row is None:
            return
        begun = self._begun.get(prepared.message_id)
        attempt_id = begun.attempt_id if begun else lease.begin_attempt(session, row, now)
        lease.finish_attempt(session, attempt_id, sent.outcome, at=now, reason=sent.reason, answer=sent.answer)
        if row.lease_id != self.leased.lease_id:
            return
        match sent.outcome:
            case AttemptOutcome.ACCEPTED:
                finish(session, row, MessageStatus.HANDED_OVER, sent.reason, at=now)
                row.handed_over_at = now
            case AttemptOutcome.UNCERTAIN:
                finish(session, row, MessageStatus.UNCERTAIN, sent.reason, at=now)
            case AttemptOutcome.RETRYABLE:
                retries = self.outside.retries
                wait = retries.delay(row.attempts_made, spread=self.outside.spread(), retry_after=sent.retry_after)
                if wait is None:
                    finish(session, row, MessageStatus.FAILED, "retries_used_up", at=now)
                else:
                    finish(session, row, MessageStatus.DEFERRED, sent.reason, at=now)
                    row.due_at = now + wait
            case _:
                finish(session, row, MessageStatus.FAILED, sent.reason, at=now)


def _array(name: str, of: type[TypeEngine[Any]]) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(of))


_AT = bindparam("at", type_=DateTime(timezone=True))
_LEASE = bindparam("lease_id", type_=Uuid)
_OURS = (
    select(Message.id)
    .where(Message.id == any_(_array("starts", Uuid)))
    .where(Message.lease_id == _LEASE, Message.leased_until > _AT)
    .order_by(Message.id)
    .with_for_update()
    .cte("ours")
)
_NEW = (
    func.unnest(_array("new_attempts", Uuid), _array("new_messages", Uuid), _array("new_numbers", Integer))
    .table_valued("id", "message_id", "number")
    .render_derived()
)
_BEGUN = (
    insert(Attempt)
    .from_select(
        ["id", "message_id", "number", "outcome", "started_at"],
        select(
            _NEW.c.id,
            _NEW.c.message_id,
            _NEW.c.number,
            literal(AttemptOutcome.STARTED, Attempt.outcome.type),
            _AT,
        ).join(_OURS, _OURS.c.id == _NEW.c.message_id),
    )
    .cte("begun")
)
_TAKEN = (
    func.unnest(_array("ended_attempts", Uuid), _array("answers", Text)).table_valued("id", "answer").render_derived()
)
_ENDED = (
    update(Attempt)
    .where(Attempt.id == _TAKEN.c.id)
    .values(outcome=AttemptOutcome.ACCEPTED, reason=HANDED_OVER, finished_at=_AT, answer=_TAKEN.c.answer)
    .cte("ended")
)
_HANDED_OVER = (
    update(Message)
    .where(Message.id == any_(_array("ended_messages", Uuid)), Message.lease_id == _LEASE)
    .values(
        status=MESSAGE_LIFECYCLE.check(MessageStatus.LEASED, MessageStatus.HANDED_OVER),
        reason=HANDED_OVER,
        handed_over_at=_AT,
        due_at=None,
        lease_id=None,
        leased_until=None,
        leased_domain=None,
        recipient=None,
    )
    .cte("handed_over")
)
_BEGIN_AND_END = select(_OURS.c.id).add_cte(_BEGUN, _ENDED, _HANDED_OVER)
