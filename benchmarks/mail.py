"""Mails a second through the whole path, against the same bytes handed over ready-made; and how soon the first comes.

The whole path: rows, outbox, relay, broker, workers, leases, letters, attempts, signatures. Ready-made: the very bytes
that the sink got a moment ago, over `smtplib` with connections that are used again, to the same sink.
"""

from __future__ import annotations

import os
import smtplib
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median
from typing import TypeVar

from sqlalchemy import select

from benchmarks.mail_house import Computed, House
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

ROUNDS, MAILS, WARM, SAMPLE, BATCH = 3, 2000, 300, 200, 50
CONNECTIONS = (1, 2, 4)
A_SECOND, SECONDS = 10, 20
AIM_FIRST, AIM_SHARE = 2.0, 0.4
T = TypeVar("T")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(opened(folder))
        try:
            house.students(WARM + BATCH + SAMPLE + ROUNDS * MAILS, wait=True)
            house.start()
            runtime = build_runtime(load_settings(house.settings()))
            time.sleep(5)
            mails = ready_made(house, runtime, MAILS)
            size = sum(len(mail.content) for mail in mails) / len(mails)
            cold = whole_path(house, runtime, WARM)
            parts = where_the_time_goes(runtime, house)
            rounds = []
            for number in range(ROUNDS):
                # In turns, and each time in another order: whatever else this machine does meets both alike.
                ways: dict[str, Way] = {}
                for connections in CONNECTIONS[:: 1 if number % 2 else -1]:
                    ways[_READY_MADE.format(connections)] = by_smtplib(house, mails, connections)
                ways[_WHOLE] = whole_path(house, runtime, MAILS)
                rounds.append(ways)
            first = first_mails(house)
        finally:
            house.close()
    print_ways(rounds, cold, size)
    print_parts(parts)
    print_table(
        f"From submitting to the sink, {A_SECOND} submissions a second for {SECONDS} s",
        ["", "seconds"],
        [
            ["p50", f"{percentile(first, 50):.3f}"],
            ["p95", f"{percentile(first, 95):.3f} (aim {AIM_FIRST:.0f})"],
            ["slowest", f"{max(first):.3f}"],
        ],
    )


_READY_MADE, _WHOLE = "ready-made, {} at once", "whole path"


def print_ways(rounds: Sequence[Mapping[str, Way]], cold: Way, size: float) -> None:
    """Medians over the rounds. A share is that of the best ready-made way of the same round."""
    best = [max(way.rate for name, way in ways.items() if name != _WHOLE) for ways in rounds]
    least = min(median(ways[name].computed for ways in rounds) for name in rounds[0] if name != _WHOLE)
    rows = []
    for name in (*(_READY_MADE.format(number) for number in CONNECTIONS), _WHOLE):
        found = [ways[name] for ways in rounds]
        shares = [way.rate / fastest for way, fastest in zip(found, best, strict=True)]
        spent = [median(each) * 1e3 for each in zip(*(way.spent for way in found), strict=True)]
        rows.append(
            [
                name,
                f"{median(way.rate for way in found):.0f}",
                f"{median(shares):.0%}",
                f"{min(shares):.0%}-{max(shares):.0%}",
                *(f"{each:.2f}" for each in spent),
                f"{least / median(way.computed for way in found):.0%}",
            ]
        )
    print_table(
        f"{ROUNDS} x {MAILS} mails of {size / 1000:.0f} kB in turns; load of the machine {os.getloadavg()[0]:.1f}; "
        f"aim {AIM_SHARE:.0%} of the best ready-made; the first {WARM} of new workers: {cold.rate:.0f}/s, "
        f"{cold.computed * 1e3:.1f} ms of CPU a mail",
        ["way", "mails/s", "share", "from-to", "ms of CPU: sender", "database", "sink", "share"],
        rows,
    )


def print_parts(parts: Mapping[str, Spent]) -> None:
    wall, busy = (sum(part[place] for part in parts.values()) for place in (0, 1))
    print_table(
        f"Where the time of one mail goes, one process, one connection, batches of {BATCH}",
        ["step", "ms a mail", "of it CPU", "share of the CPU"],
        [
            *([name, f"{a * 1e3:.2f}", f"{b * 1e3:.2f}", f"{b / busy:.0%}"] for name, (a, b) in parts.items()),
            ["together", f"{wall * 1e3:.2f}", f"{busy * 1e3:.2f}", "100%"],
        ],
    )


def ready_made(house: House, runtime: Runtime, number: int) -> list[Envelope]:
    """The bytes of so many mails of those that wait, signed, as they will leave."""
    signer = dkim_signer(runtime.settings)
    assert signer is not None
    made = []
    with house.begin() as session:
        rows = session.scalars(select(Message).where(Message.due_at.is_(None)).limit(number)).all()
        letters = letters_for(session, rows, house.links, runtime.sender)
    for letter in letters.values():
        now = SystemClock().now()
        envelope = compose(letter.compose(), now=now)
        content = signer.signature(envelope.content, at=now) + envelope.content
        made.append(replace(envelope, content=content))
    return made


@dataclass(frozen=True, slots=True)
class Way:
    """Mails a second, and the seconds of one core that a mail costs the sending side, the database and the sink."""

    rate: float
    spent: Computed

    @property
    def computed(self) -> float:
        return sum(self.spent)


def whole_path(house: House, runtime: Runtime, mails: int) -> Way:
    """From the moment that so many are due to the last of them in the sink."""
    before, earlier = len(taken(house.sink_file)), house.computed()
    house.let_go(mails)
    started = time.time()
    runtime.wake_up.nudge()
    ended = house.wait_for_sink(before + mails, seconds=300)
    house.wait_until_settled(seconds=30)
    return Way(mails / (ended - started), house.computed().since(earlier, mails))


def by_smtplib(house: House, mails: list[Envelope], connections: int) -> Way:
    """Ready-made, over so many connections that are used again."""

    def send(part: list[Envelope]) -> None:
        with smtplib.SMTP("127.0.0.1", house.port) as connection:
            for mail in part:
                connection.sendmail(mail.mail_from, [mail.rcpt_to], mail.content)

    started, cpu, sink = time.perf_counter(), time.process_time(), house.computed().sink
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(send, [mails[number::connections] for number in range(connections)]))
    took, spent = time.perf_counter() - started, time.process_time() - cpu
    return Way(len(mails) / took, Computed(spent, 0, house.computed().sink - sink).since(Computed(0, 0, 0), len(mails)))


def first_mails(house: House) -> list[float]:
    """Seconds from each submission's commit to its mail in the sink."""
    runtime = build_runtime(load_settings(house.settings()))
    submitted: dict[str, float] = {}
    for number in range(A_SECOND * SECONDS):
        started = time.monotonic()
        with house.begin() as session:
            submission_id = rank_and_submit(session, SystemClock(), house.links, email=f"first{number}@box.example")
        committed = time.time()
        runtime.wake_up.nudge()
        with house.begin() as session:
            [message_id] = session.scalars(select(Message.id).where(Message.submission_id == submission_id))
        submitted[f"<{message_id}@program-match.example>"] = committed
        time.sleep(max(0.0, 1 / A_SECOND - (time.monotonic() - started)))
    house.wait_until_settled(seconds=30)
    arrived = dict(taken(house.sink_file))
    if missing := submitted.keys() - arrived.keys():
        raise SystemExit(f"{len(missing)} mails are not in the sink: {house.states()}")
    return [arrived[message_id] - at for message_id, at in submitted.items()]


Spent = tuple[float, float]
"""Seconds by the clock, and seconds of computing."""


def spend(work: Callable[[], T]) -> tuple[T, Spent]:
    """What `work` gives, and what it took this thread."""
    at, cpu = time.perf_counter(), time.thread_time()
    done = work()
    return done, (time.perf_counter() - at, time.thread_time() - cpu)


class Measured:
    """A mail gateway that hands mails to another and measures the steps of each."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.steps: dict[str, list[Spent]] = {}
        self.signer = dkim_signer(runtime.settings)

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        """Composing and signing are done a second time, to be measured alone; `sent` holds all of it."""
        envelope = self.step("put the mail together", lambda: compose(mail, now=SystemClock().now()))
        if self.signer is not None:
            signer = self.signer
            self.step("sign it", lambda: signer.signature(envelope.content, at=SystemClock().now()))
        return self.step(
            "sent",
            lambda: self.runtime.mail.send(
                mail, handing_over=lambda: self.step("write down what begins", handing_over)
            ),
        )

    def step(self, name: str, work: Callable[[], T]) -> T:
        done, spent = spend(work)
        self.steps.setdefault(name, []).append(spent)
        return done


def where_the_time_goes(runtime: Runtime, house: House) -> dict[str, Spent]:
    """Seconds a mail for each step, of some mails sent in this process."""
    measured = Measured(runtime)
    outside = replace(runtime.message_outside, mail=measured, connections=1)
    send_all(runtime.begin, runtime.clock, outside, house.due(BATCH))  # what is only done once in a process
    measured.steps.clear()
    ids = house.due(SAMPLE)

    def send() -> None:
        for start in range(0, len(ids), BATCH):
            send_all(runtime.begin, runtime.clock, outside, ids[start : start + BATCH])

    _, all_of_it = spend(send)
    # Through the engine that sent: each engine puts a statement together once, when it first meets it.
    with runtime.begin() as session:
        rows = session.scalars(select(Message).where(Message.id.in_(ids))).all()
        letters, reading = spend(lambda: list(letters_for(session, rows, house.links, runtime.sender).values()))
    _, rendering = spend(lambda: [letter.compose() for letter in letters])
    made, signed, sent, begun = (
        _summed(measured.steps.get(name, []))
        for name in ("put the mail together", "sign it", "sent", "write down what begins")
    )
    parts = {
        "read what it says": reading,
        "render HTML and text": rendering,
        "put the mail together": made,
        "sign it": signed,
        "write down that it begins, and how the one before ended": begun,
        "talk to the mail server": _less(sent, made, signed, begun),
        "lease, and all the rest": _less(all_of_it, reading, rendering, made, signed, sent),
    }
    return {name: (wall / len(ids), cpu / len(ids)) for name, (wall, cpu) in parts.items()}


def _summed(spent: list[Spent]) -> Spent:
    return sum(wall for wall, _ in spent), sum(cpu for _, cpu in spent)


def _less(whole: Spent, *parts: Spent) -> Spent:
    return tuple(max(0.0, whole[place] - sum(part[place] for part in parts)) for place in (0, 1))  # type: ignore[return-value]  # two of them


if __name__ == "__main__":
    main()
