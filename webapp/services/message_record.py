"""What is written down while a batch of mails leaves: that one is begun, before its bytes go, and how it ended.

Several connections send at once. What they have to write meanwhile is gathered and committed together: each commit
waits for the disk, and that wait is the same for one line as for ten. Nothing is held back for it: whoever comes first
writes at once, and those who come while it writes are the next gathering.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

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
class _Start:
    prepared: Prepared
    attempt_id: UUID
    is_ours: bool = False
    failure: BaseException | None = None
    is_done: bool = False


@dataclass(slots=True)
class Record:
    """The record of one batch. Safe for the threads that send it."""

    begin: Begin
    clock: Clock
    outside: Outside
    leased: Leased
    _attempts: dict[UUID, UUID] = field(default_factory=dict)
    _starts: list[_Start] = field(default_factory=list)
    _ends: list[tuple[Prepared, Sent]] = field(default_factory=list)
    _gathering: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def start(self, prepared: Prepared) -> None:
        """Write that `prepared` is about to leave; returns when that is safe on disk. LeaseLost when it may not."""
        start = _Start(prepared, new_id())
        with self._gathering:
            self._starts.append(start)
        with self._writing:
            if not start.is_done:
                self._write()
        if start.failure is not None:
            raise start.failure
        if not start.is_ours:
            raise LeaseLost
        self._attempts[prepared.message_id] = start.attempt_id

    def end(self, prepared: Prepared, sent: Sent) -> None:
        """How it ended; written with the next that is written, at the latest by `flush`."""
        with self._gathering:
            self._ends.append((prepared, sent))

    def flush(self) -> None:
        """Write what has not been written."""
        with self._writing:
            if self._ends or self._starts:
                self._write()

    def flush_patiently(self) -> None:
        """`flush`, tried again for a while when the database is away: what a mail server has taken should be known."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                self.flush()
                return
            except OperationalError:
                if time.monotonic() + pause > give_up_at:
                    raise
                log.warning("the database is away; what was sent is written down when it is back")
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def give_back(self, unsent: Sequence[Prepared]) -> None:
        """What was not begun in time is due again, and has not been tried."""
        now = self.clock.now()
        with self.begin() as session:
            for prepared in unsent:
                row = locked(session, prepared.message_id)
                if row is None or row.lease_id != self.leased.lease_id:
                    continue
                row.status = MESSAGE_LIFECYCLE.check(row.status, MessageStatus.PENDING)
                row.attempts_made -= 1
                row.leased_domain = None
                lease.give_up(row, due_at=now)

    def _write(self) -> None:
        with self._gathering:
            starts, self._starts = self._starts, []
            ends, self._ends = self._ends, []
        try:
            with self.begin() as session:
                ours = self._write_starts(session, starts)
                self._write_ends(session, ends)
        except BaseException as error:
            with self._gathering:
                # Tried once more with the next: a row that stays `started` would become uncertain.
                self._ends = ends + self._ends
            for start in starts:
                start.failure, start.is_done = error, True
            if not starts:
                raise
            return
        for start in starts:
            start.is_ours, start.is_done = start.prepared.message_id in ours, True
        for _, sent in ends:
            lease.count_attempt("message", sent.outcome)

    def _write_starts(self, session: Session, starts: Sequence[_Start]) -> set[UUID]:
        """Those that are still ours, each with its attempt."""
        if not starts:
            return set()
        now = self.clock.now()
        # Past the ORM, which would take as long again for each of these: nothing here is loaded into the session.
        connection = session.connection()
        ours = set(
            connection.scalars(
                select(Message.id)
                .where(Message.id.in_([start.prepared.message_id for start in starts]))
                .where(Message.lease_id == self.leased.lease_id, Message.leased_until > now)
                .order_by(Message.id)
                .with_for_update()
            )
        )
        rows = [
            {
                "id": start.attempt_id,
                "message_id": start.prepared.message_id,
                "number": start.prepared.number,
                "outcome": AttemptOutcome.STARTED,
                "started_at": now,
            }
            for start in starts
            if start.prepared.message_id in ours
        ]
        if rows:
            connection.execute(insert(Attempt), rows)
        return ours

    def _write_ends(self, session: Session, ends: Sequence[tuple[Prepared, Sent]]) -> None:
        plain = [
            (prepared, sent)
            for prepared, sent in ends
            if sent.outcome is AttemptOutcome.ACCEPTED
            and prepared.template not in _WITH_MORE_TO_DO
            and prepared.message_id in self._attempts
        ]
        self._write_accepted(session, plain)
        for prepared, sent in ends:
            if (prepared, sent) not in plain:
                self._write_end(session, prepared, sent)

    def _write_accepted(self, session: Session, ends: Sequence[tuple[Prepared, Sent]]) -> None:
        """What nearly all come to, with two statements for all of them."""
        if not ends:
            return
        now = self.clock.now()
        attempts: list[dict[str, Any]] = [
            {"attempt": self._attempts[prepared.message_id], "answer_": sent.answer} for prepared, sent in ends
        ]
        connection = session.connection()
        connection.execute(
            update(Attempt)
            .where(Attempt.id == bindparam("attempt"))
            .values(outcome=AttemptOutcome.ACCEPTED, reason=HANDED_OVER, finished_at=now, answer=bindparam("answer_")),
            attempts,
        )
        connection.execute(
            update(Message)
            .where(Message.id.in_([prepared.message_id for prepared, _ in ends]))
            .where(Message.lease_id == self.leased.lease_id)
            .values(
                status=MESSAGE_LIFECYCLE.check(MessageStatus.LEASED, MessageStatus.HANDED_OVER),
                reason=HANDED_OVER,
                handed_over_at=now,
                due_at=None,
                lease_id=None,
                leased_until=None,
                leased_domain=None,
                recipient=None,
            )
        )

    def _write_end(self, session: Session, prepared: Prepared, sent: Sent) -> None:
        now = self.clock.now()
        row = locked(session, prepared.message_id)
        if row is None:
            return
        attempt_id = self._attempts.get(prepared.message_id) or lease.begin_attempt(session, row, now)
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
