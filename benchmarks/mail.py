"""Mails a second through the whole path, against the same bytes handed over ready-made; and how soon the first comes.

The whole path: rows, outbox, relay, broker, workers, leases, letters, attempts, signatures. Ready-made: the very bytes
that the sink got a moment ago, over `smtplib` with connections that are used again, to the same sink.
"""

import smtplib
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TypeVar

from sqlalchemy import select

from benchmarks.mail_house import House
from benchmarks.mail_sink import taken
from benchmarks.table import opened, percentile, print_table
from tests.factories.ranked_request import rank_and_submit
from webapp.bootstrap import Runtime, build_runtime, dkim_signer, load_settings
from webapp.domain.clock import SystemClock
from webapp.gateways.envelope import compose
from webapp.gateways.mail import Envelope, HandingOver, OutgoingMail, Receipt, nothing
from webapp.models import Message
from webapp.services.letter import letters_for
from webapp.services.message import send_all

MAILS, SAMPLE, BATCH = 2000, 200, 20
A_SECOND, SECONDS = 10, 20
AIM_SHARE, AIM_FIRST = 0.4, 2.0
T = TypeVar("T")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(opened(folder))
        try:
            house.students(MAILS, wait=True)
            house.start()
            runtime = build_runtime(load_settings(house.settings()))
            time.sleep(5)
            mails = ready_made(house, runtime)
            size = sum(len(mail.content) for mail in mails) / len(mails)
            parts = where_the_time_goes(runtime, house)
            whole = whole_path(house)
            raw = {number: by_smtplib(house, mails, number) for number in (1, 2, 4)}
            first = first_mails(house)
        finally:
            house.close()
    best = max(raw.values())
    print_table(
        f"{MAILS} mails of {size / 1000:.0f} kB to one sink",
        ["way", "mails/s", "share"],
        [
            *(
                [f"ready-made, smtplib, {n} connections", f"{rate:.0f}", f"{rate / best:.0%}"]
                for n, rate in raw.items()
            ),
            ["whole path, 2 processes", f"{whole:.0f}", f"{whole / best:.0%} (aim {AIM_SHARE:.0%})"],
        ],
    )
    total = sum(parts.values())
    print_table(
        f"Where the time of one mail goes, one process, one connection, batches of {BATCH}",
        ["step", "ms a mail", "share"],
        [
            *([name, f"{seconds * 1e3:.2f}", f"{seconds / total:.0%}"] for name, seconds in parts.items()),
            ["together", f"{total * 1e3:.2f}", "100%"],
        ],
    )
    print_table(
        f"From submitting to the sink, {A_SECOND} submissions a second for {SECONDS} s",
        ["", "seconds"],
        [
            ["p50", f"{percentile(first, 50):.3f}"],
            ["p95", f"{percentile(first, 95):.3f} (aim {AIM_FIRST:.0f})"],
            ["slowest", f"{max(first):.3f}"],
        ],
    )


def ready_made(house: House, runtime: Runtime) -> list[Envelope]:
    """The bytes of every mail that waits, signed, as they will leave."""
    signer = dkim_signer(runtime.settings)
    assert signer is not None
    made = []
    with house.begin() as session:
        rows = session.scalars(select(Message).where(Message.due_at.is_(None))).all()
        letters = letters_for(session, rows, house.links, runtime.sender)
    for letter in letters.values():
        now = SystemClock().now()
        envelope = compose(letter.compose(), now=now)
        content = signer.sign(envelope.content, at=now)
        made.append(Envelope(envelope.message_id, envelope.mail_from, envelope.rcpt_to, content))
    return made


def whole_path(house: House) -> float:
    """Mails a second, from the moment all are due to the last in the sink."""
    before = len(taken(house.sink_file))
    waiting = house.waiting()
    house.let_go()
    started = time.time()
    ended = house.wait_for_sink(before + waiting, seconds=300)
    house.wait_until_settled(seconds=30)
    return waiting / (ended - started)


def by_smtplib(house: House, mails: list[Envelope], connections: int) -> float:
    """Mails a second, ready-made, over so many connections."""

    def send(part: list[Envelope]) -> None:
        with smtplib.SMTP("127.0.0.1", house.port) as connection:
            for mail in part:
                connection.sendmail(mail.mail_from, [mail.rcpt_to], mail.content)

    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(send, [mails[number::connections] for number in range(connections)]))
    return len(mails) / (time.perf_counter() - started)


def first_mails(house: House) -> list[float]:
    """Seconds from each submission's commit to its mail in the sink."""
    runtime = build_runtime(load_settings(house.settings()))
    submitted: dict[str, float] = {}
    for _ in range(A_SECOND * SECONDS):
        started = time.monotonic()
        with house.begin() as session:
            submission_id = rank_and_submit(session, SystemClock(), house.links)
        committed = time.time()
        runtime.wake_up.nudge()
        with house.begin() as session:
            [message_id] = session.scalars(select(Message.id).where(Message.submission_id == submission_id))
        submitted[f"<{message_id}@program-match.example>"] = committed
        time.sleep(max(0.0, 1 / A_SECOND - (time.monotonic() - started)))
    house.wait_until_settled(seconds=30)
    arrived = dict(taken(house.sink_file))
    return [arrived[message_id] - at for message_id, at in submitted.items()]


class Measured:
    """A mail gateway that hands mails to another and measures the steps of each."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.steps: dict[str, list[float]] = {}
        self.signer = dkim_signer(runtime.settings)

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        """The steps one after the other; composing and signing are done a second time to be measured alone."""
        envelope = self.step("put the mail together", lambda: compose(mail, now=SystemClock().now()))
        if self.signer is not None:
            signer = self.signer
            self.step("sign it", lambda: signer.sign(envelope.content, at=SystemClock().now()))
        spent = sum(each[-1] for name, each in self.steps.items() if name in ("put the mail together", "sign it"))
        writing: list[float] = []

        def started() -> None:
            at = time.perf_counter()
            handing_over()
            writing.append(time.perf_counter() - at)

        at = time.perf_counter()
        receipt = self.runtime.mail.send(mail, handing_over=started)
        both = time.perf_counter() - at
        self.steps.setdefault("write down: begun, and how the one before ended", []).append(sum(writing))
        self.steps.setdefault("talk to the mail server", []).append(both - sum(writing) - spent)
        return receipt

    def step(self, name: str, work: Callable[[], T]) -> T:
        at = time.perf_counter()
        done = work()
        self.steps.setdefault(name, []).append(time.perf_counter() - at)
        return done


def where_the_time_goes(runtime: Runtime, house: House) -> dict[str, float]:
    """Seconds a mail for each step, of some mails sent in this process."""
    from dataclasses import replace

    measured = Measured(runtime)
    outside = replace(runtime.message_outside, mail=measured, connections=1)
    ids = house.due(SAMPLE)
    at = time.perf_counter()
    for start in range(0, len(ids), BATCH):
        send_all(runtime.begin, runtime.clock, outside, ids[start : start + BATCH])
    whole = (time.perf_counter() - at) / len(ids)
    parts = {name: sum(each) / len(ids) for name, each in measured.steps.items()}
    with house.begin() as session:
        rows = session.scalars(select(Message).where(Message.id.in_(ids))).all()
        letters = list(letters_for(session, rows, house.links, runtime.sender).values())
    rendering = []
    for letter in letters:
        began = time.perf_counter()
        letter.compose()
        rendering.append(time.perf_counter() - began)
    doubled = parts["put the mail together"] + parts.get("sign it", 0.0)
    rest = whole - sum(parts.values()) - doubled - median(rendering)
    return {"lease and read what it says": max(rest, 0.0), "render HTML and text": median(rendering), **parts}


if __name__ == "__main__":
    main()
