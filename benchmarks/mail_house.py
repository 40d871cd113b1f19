"""What the mail benchmarks share: servers, students who wait for a mail, workers and a sink, as real processes."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import UUID

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from sqlalchemy import create_engine, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import sessionmaker

from benchmarks.mail_sink import taken
from tests.factories.ranked_request import rank_and_submit
from webapp.domain.clock import SystemClock
from webapp.domain.ids import token_hash
from webapp.domain.links import Links
from webapp.domain.persona import personas
from webapp.embedded import EmbeddedServers
from webapp.models import Message, OutboxEvent, Prospect
from webapp.upgrade import upgrade_database

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a secret for benchmarks, long enough"
SENDER = "matches@program-match.example"
DOMAINS = 40
"""Mail providers that the students are spread over."""
UNLIKE = 300
"""Students of whom no two told us the same; all others are copies of theirs, in no order."""


class Computed(NamedTuple):
    """Seconds of one core, for each part of the installation."""

    sender: float
    database: float
    sink: float

    def since(self, before: Computed, mails: int) -> Computed:
        """What was computed since `before`, for each of so many mails."""
        return Computed(*((now - then) / mails for now, then in zip(self, before, strict=True)))


class House:
    """Servers, a sink, and workers as docker-compose.yml starts them, on `var`. Close it."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var = var
        self.servers = EmbeddedServers(var)
        self.addresses = self.servers.start()
        upgrade_database(self.addresses.database_url)
        self.engine = create_engine(self.addresses.database_url)
        self.begin = sessionmaker(self.engine, expire_on_commit=False).begin
        self.links = Links("https://match.example", SECRET)
        self.port = _free_port()
        self.sink_file = var / "sink.log"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands = _worker_commands()
        self.workers = list(self.commands)
        self.logs: list[IO[bytes]] = []
        self.environment = environment
        self.key_file = var / "dkim.pem"
        self.key_file.write_bytes(
            generate_private_key(65537, 2048).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        subprocess.run(
            [sys.executable, "-m", "webapp.cli.main", "demo", "load"],
            cwd=ROOT,
            env=self.settings(),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def settings(self) -> dict[str, str]:
        """The environment of a process of the installation."""
        return {
            **os.environ,
            "DATABASE_URL": self.addresses.database_url,
            "REDIS_URL": self.addresses.redis_url,
            "SECRET_KEY": SECRET,
            "SMTP_URL": f"smtp://127.0.0.1:{self.port}?starttls=never",
            "MAIL_FROM": SENDER,
            "DKIM_DOMAIN": "program-match.example",
            "DKIM_SELECTOR": "bench",
            "DKIM_KEY_FILE": str(self.key_file),
            "LOG_LEVEL": "warning",
            **self.environment,
        }

    def students(self, number: int, *, wait: bool = False) -> None:
        """`number` students who asked for the mail: `UNLIKE` submissions, and copies of their rows.

        With `wait` their mails are not due until `let_go`.
        """
        clock = SystemClock()
        unlike = min(number, UNLIKE)
        for place in range(unlike):
            with self.begin() as session:
                rank_and_submit(
                    session,
                    clock,
                    self.links,
                    profile=_told(place),
                    email=f"student{place}@box{place % DOMAINS}.example",
                )
        with self.engine.begin() as connection:
            for statement in _COPIES.split(";"):
                given = {"number": number - unlike, "unlike": unlike} if ":number" in statement else {}
                connection.execute(text(statement), given)
        self._promise_links()
        if wait:
            with self.begin() as session:
                session.execute(update(Message).values(due_at=None))
                session.execute(update(OutboxEvent).values(published_at=clock.now()))

    def _promise_links(self) -> None:
        """Copies have no link yet that confirms their address; a submission of today has one from the start."""
        with self.begin() as session:
            ids = session.scalars(select(Prospect.id).where(Prospect.confirm_hash.is_(None))).all()
            hashes = [{"id": each, "confirm_hash": token_hash(self.links.confirmation_token(each))} for each in ids]
            session.execute(update(Prospect), hashes)

    def let_go(self, number: int | None = None) -> int:
        """So many of the mails that wait, or all, are due now; how many."""
        now = SystemClock().now()
        with self.begin() as session:
            waiting = select(Message.id).where(Message.status == "pending", Message.due_at.is_(None)).limit(number)
            ids = session.scalars(
                update(Message).where(Message.id.in_(waiting)).values(due_at=now).returning(Message.id)
            ).all()
            session.execute(
                insert(OutboxEvent),
                [{"kind": "message.due", "subject_id": each, "due_at": now} for each in ids],
            )
        return len(ids)

    def due(self, number: int) -> list[UUID]:
        """So many of the mails that wait, due now, without an event: whoever has their ids sends them."""
        with self.begin() as session:
            ids = session.scalars(select(Message.id).where(Message.due_at.is_(None)).limit(number)).all()
            session.execute(update(Message).where(Message.id.in_(ids)).values(due_at=SystemClock().now()))
        return list(ids)

    def wait_until_settled(self, *, seconds: float) -> None:
        """Wait until no mail is on its way; those that were not let go wait on."""
        give_up = time.monotonic() + seconds
        on_its_way = exists().where(
            or_(Message.due_at.is_not(None), Message.status == "leased"),
            Message.status.in_(("pending", "leased", "deferred")),
        )
        while time.monotonic() < give_up:
            with self.begin() as session:
                if not session.execute(select(on_its_way)).scalar():
                    return
            time.sleep(0.1)
        raise SystemExit(f"not settled within {seconds:.0f} s: {self.states()}")

    def start(self, *names: str) -> None:
        """Start the processes named; without names the sink, the workers and beat."""
        commands: dict[str, Sequence[str]] = {
            "sink": ("-m", "benchmarks.mail_sink", str(self.port), str(self.sink_file)),
            "beat": ("-m", "celery", "-A", "workers.beat_app:app", "beat", "--pidfile="),
            **self.commands,
        }
        for name in names or commands:
            log = (self.var / f"{name}.log").open("ab")
            self.logs.append(log)
            self.processes[name] = subprocess.Popen(
                [sys.executable, *commands[name]],
                cwd=ROOT,
                env=self.settings(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def computed(self) -> Computed:
        """What each part has computed so far."""
        workers = sum(_cpu(self.processes[name].pid) for name in self.workers)
        with self.engine.connect() as connection:
            own = connection.exec_driver_sql("SELECT pid FROM pg_stat_activity").scalars().all()
        return Computed(workers, sum(_cpu(pid) for pid in own), _cpu(self.processes["sink"].pid))

    def kill(self, name: str) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        with self.begin() as session:
            rows = session.execute(select(Message.status, func.count()).group_by(Message.status)).all()
        return {str(status): number for status, number in rows}

    def wait_for_sink(self, number: int, *, seconds: float) -> float:
        """Wait until the sink has taken `number` mails; the time at which it took the last of them."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            found = taken(self.sink_file)
            if len(found) >= number:
                return found[number - 1][1]
            time.sleep(0.2)
        raise SystemExit(f"only {len(taken(self.sink_file))} of {number} mails within {seconds:.0f} s: {self.states()}")

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.engine.dispose()
        self.servers.stop()
        for log in self.logs:
            log.close()


def _told(place: int) -> dict[str, Any]:
    """What a student told us: as one of the golden personas, with figures of their own."""
    chance = random.Random(place)
    found = personas()
    told: dict[str, Any] = found[place % len(found)].profile.to_json()
    figures = {
        "gpa": round(chance.uniform(2.4, 4), 2),
        "work_years": chance.randrange(15),
        "budget_usd": chance.randrange(5, 60) * 1000,
        "hours_per_week": chance.randrange(5, 45),
    }
    for section in ("background", "practical"):
        answers = told.get(section, {})
        answers.update({name: value for name, value in figures.items() if name in answers})
    return told


_COPIES = f"""
CREATE TEMP TABLE copies ON COMMIT DROP AS
  SELECT n, gen_random_uuid() AS submission_id, gen_random_uuid() AS prospect_id, gen_random_uuid() AS message_id,
    firsts.id AS first_id
  FROM generate_series(1, :number) AS n
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM submissions) AS firsts
    ON firsts.place = n % :unlike;
INSERT INTO prospects (id, email_key, email, first_name, last_name, data_hash)
  SELECT prospect_id, sha256(prospect_id::text::bytea), 'copy' || n || '@box' || n % {DOMAINS} || '.example',
    'Student', 'Number ' || n, sha256(message_id::text::bytea)
  FROM copies;
INSERT INTO submissions (id, nonce, draft_id, prospect_id, profile, put_aside, engine_version, weights_version,
    catalog_version, considered, excluded, wants_mail, page)
  SELECT c.submission_id, c.submission_id::text, draft_id, c.prospect_id, profile, put_aside, engine_version,
    weights_version, catalog_version, considered, excluded, wants_mail, page
  FROM submissions JOIN copies AS c ON submissions.id = c.first_id;
INSERT INTO matches (id, submission_id, program_id, rank, score, low, high, coverage, band, verdict, contributions,
    reasons, caveats, gaps)
  SELECT gen_random_uuid(), c.submission_id, program_id, rank, score, low, high, coverage, band, verdict, contributions,
    reasons, caveats, gaps
  FROM matches JOIN copies AS c ON matches.submission_id = c.first_id;
INSERT INTO messages (id, key, message_class, template, template_version, prospect_id, submission_id, status, due_at)
  SELECT c.message_id, 'copy:' || c.message_id, message_class, template, template_version, c.prospect_id,
    c.submission_id, 'pending', due_at
  FROM messages JOIN copies AS c ON messages.submission_id = c.first_id;
INSERT INTO outbox_events (kind, subject_id, due_at) SELECT 'message.due', message_id, now() FROM copies
"""


def _worker_commands() -> dict[str, Sequence[str]]:
    """What Python is to run for each worker of docker-compose.yml, as often as it is told there."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return {
        f"{name}{number}": ("-m", *services[name]["command"], f"--hostname={name}{number}@%h")
        for name in ("worker", "mailer")
        for number in range(services[name].get("deploy", {}).get("replicas", 1))
    }


def _cpu(pid: int) -> float:
    """Seconds of one core that a process has used, itself and the kernel for it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
