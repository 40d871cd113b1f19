"""A whole installation without its website: workers and schedule as real processes."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from tests.crash import program
from tests.crash.partner import MailServer, Partner
from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import SystemClock
from webapp.domain.links import Links
from webapp.embedded import Addresses
from webapp.gateways.sealing import Seal
from webapp.models import Attempt, Delivery, Lead, Message
from webapp.services.submission_rows import Policy

SECRET = "a secret for the crash tests, long enough"
ALONE = ("--without-gossip", "--without-mingle")
SETTLED_MESSAGES = {"handed_over", "uncertain"}
SETTLED_LEADS = {"delivered"}


class Installation:
    """One worker, one beat, a partner and a mail server. The database is migrated and empty. Use `running()`."""

    def __init__(self, addresses: Addresses, logs: Path) -> None:
        self.addresses, self.logs = addresses, logs
        self.engine: Engine = create_engine(self.addresses.database_url, pool_pre_ping=True)
        self.begin = sessionmaker(self.engine, expire_on_commit=False).begin
        self.partner, self.mail = Partner(), MailServer()
        self.links, self.seal = Links("https://match.example", SECRET), Seal(SECRET)
        self.processes: dict[str, BaseProcess] = {}
        with self.begin() as session:
            self.school = make_school(session, self.seal, url=self.partner.url)
        self.partner.secret = self.school.secret

    def submit(self, number: int, *, start: int = 0) -> None:
        """`number` students, each asking for the mail and for one introduction, with an undo window of a second."""
        policy = Policy(undo_window=timedelta(seconds=1), lead_expiry=timedelta(days=30))
        for student in range(start, start + number):
            email = f"student{student}@student.example"
            with self.begin() as session:
                submit_request(session, SystemClock(), self.links, [self.school], email=email, policy=policy)

    def start(self, *names: str) -> None:
        """Start the worker and beat, or those named."""
        commands = {
            "worker": (
                "workers.celery_app:app",
                "worker",
                "-P",
                "threads",
                "-c",
                "4",
                "--without-gossip",
                "--without-mingle",
            ),
            "beat": ("workers.beat_app:app", "beat", "--pidfile="),
        }
        for name in names or commands:
            command = ("--app", *commands[name])
            self.processes[name] = program.start(command, self._environment(), self.logs / f"{name}.log")

    def kill_while_held(self, held: threading.Semaphore) -> None:
        """Wait until a worker is held by the world outside, SIGKILL it there, and start another."""
        while held.acquire(blocking=False):
            pass  # those whom an earlier kill took
        assert held.acquire(timeout=60), self._last_words()
        self.kill("worker")
        self.start("worker")

    def kill(self, name: str) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        process = self.processes.pop(name)
        assert process.pid is not None
        if process.exitcode is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.join()
        process.close()

    def tend(self) -> None:
        """Start again what exited by itself, as the supervisor does."""
        for name, process in list(self.processes.items()):
            if process.exitcode is not None:
                self.start(name)

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.engine.dispose()
        self.partner.close()
        self.mail.let_go()
        self.mail.stop()

    def states(self) -> tuple[Counter[str], Counter[str]]:
        """How many messages and leads are in each state."""
        with self.begin() as session:
            return _count(session, Message), _count(session, Lead)

    def wait_until(self, done: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait, tending the processes; fails with the states and the end of the worker's log."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            try:
                if done():
                    return
            except DBAPIError:
                pass  # the database is restarting
            self.tend()
            time.sleep(0.25)
        raise AssertionError(f"not within {seconds} s: {what}; {self.states()}; {self._last_words()}")

    def wait_until_settled(self, number: int, *, seconds: float = 60) -> None:
        """Wait until every mail and every lead of `number` students has reached its end."""

        def done() -> bool:
            messages, leads = self.states()
            return (
                sum(messages[state] for state in SETTLED_MESSAGES) == number
                and sum(leads[state] for state in SETTLED_LEADS) == number
            )

        self.wait_until(done, seconds=seconds, what=f"{number} mails and leads settled")

    def sent_without_record(self) -> set[str]:
        """Message-IDs the mail server took although the row says nothing was handed over."""
        with self.begin() as session:
            recorded = session.scalars(select(Message.id).where(Message.status.in_(SETTLED_MESSAGES))).all()
        return set(self.mail.taken) - {f"<{message_id}@program-match.example>" for message_id in recorded}

    def attempts(self) -> Counter[str]:
        """How many attempts ended in each way."""
        with self.begin() as session:
            rows = session.execute(select(Attempt.outcome, func.count()).group_by(Attempt.outcome)).all()
        return Counter({str(outcome): number for outcome, number in rows})

    def open_leases(self) -> int:
        """Rows that are still leased."""
        with self.begin() as session:
            return sum(
                session.scalar(select(func.count()).select_from(table).where(table.lease_id.is_not(None))) or 0
                for table in (Message, Delivery)
            )

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.addresses.database_url,
            "REDIS_URL": self.addresses.redis_url,
            "SECRET_KEY": SECRET,
            "SMTP_URL": self.mail.url,
            "MAIL_FROM": "matches@program-match.example",
            "WEBHOOK_ALLOW_LOOPBACK": "true",
            "WEBHOOK_TIMEOUT_SECONDS": "2.5",
            "LEASE_SECONDS": "4",
            "MAIL_RETRY_SECONDS": "2,8,60,24,24,24",
            "DELIVERY_RETRY_SECONDS": "2,8,60,24,24,24",
            "PYTHONUNBUFFERED": "1",
        }

    def _last_words(self) -> str:
        log = self.logs / "worker.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else "no log"


def nothing_lost_nothing_doubled(installation: Installation, students: int, *, uncertain_at_most: int = 0) -> None:
    """The end of every test: what the rows say and what the world saw agree, one for one."""
    messages, leads = installation.states()
    assert leads == {"delivered": students}
    assert sum(messages.values()) == students
    assert set(messages) <= {"handed_over", "uncertain"}
    assert messages["uncertain"] <= uncertain_at_most
    assert installation.open_leases() == 0
    assert installation.partner.badly_signed == 0
    assert len(installation.partner.accepted) == students
    assert set(installation.partner.accepted.values()) == {1}
    taken = installation.mail.taken
    assert set(taken.values()) == {1}
    assert messages["handed_over"] <= len(taken) <= students
    assert installation.sent_without_record() == set()


@contextmanager
def running(addresses: Addresses, logs: Path) -> Iterator[Installation]:
    """An installation on these servers, taken down at the end whatever happens."""
    made = Installation(addresses, logs)
    try:
        yield made
    finally:
        made.close()


def _count(session: Session, table: type[Message] | type[Lead]) -> Counter[str]:
    rows = session.execute(select(table.status, func.count()).group_by(table.status)).all()
    return Counter({str(status): number for status, number in rows})
