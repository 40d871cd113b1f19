"""Ten thousand mails while workers and the mail server are killed at random and the broker forgets everything.

At the end every mail is in the sink exactly once, or is `uncertain` and in it at most once; none is lost. The seed is
printed: the same seed kills in the same order, though never at the same byte.
"""

import random
import sys
import tempfile
import time
from collections import Counter

import click
import redis
from sqlalchemy import select

from benchmarks.mail_house import House
from benchmarks.mail_sink import taken
from benchmarks.table import opened, print_table
from webapp.models import Attempt, Message

ENDS = {"handed_over", "uncertain"}
AWAY = 0.5
"""Seconds that a killed process is away."""


@click.command()
@click.option("--mails", default=10_000, show_default=True)
@click.option("--kills", default=24, show_default=True, help="At least so many, spread over the run.")
@click.option("--flushes", default=3, show_default=True, help="How often the broker loses everything.")
@click.option("--seed", default=0, help="0: a new one.")
@click.option("--seconds", default=1500, show_default=True, help="Give up after so long.")
def main(mails: int, kills: int, flushes: int, seed: int, seconds: int) -> None:
    """Run it; exit code 1 when a mail was lost or doubled."""
    seed = seed or random.SystemRandom().randrange(1, 10**6)
    with tempfile.TemporaryDirectory() as folder:
        house = House(
            opened(folder),
            LEASE_SECONDS="8",
            WEBHOOK_TIMEOUT_SECONDS="2.5",
            MAIL_RETRY_SECONDS=",".join(["1", "2", "4", *["8"] * 20]),
        )
        try:
            house.students(mails, wait=True)
            house.start()
            time.sleep(4)
            began = time.monotonic()
            house.let_go()
            killed, flushed = torment(house, mails, kills, flushes, random.Random(seed), began + seconds)
            settle(house, began + seconds)
            faults = report(house, mails, killed, flushed, seed, time.monotonic() - began)
        finally:
            house.close()
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)


def torment(
    house: House, mails: int, kills: int, flushes: int, chance: random.Random, until: float
) -> tuple[Counter[str], int]:
    """Kill and flush as the work goes on: the next each time another part of the mails has come to its end."""
    killed: Counter[str] = Counter()
    flushed = 0
    with redis.Redis.from_url(house.addresses.redis_url) as broker:
        for number in range(kills):
            while settled(house) < mails * number * 0.9 / kills and time.monotonic() < until:
                time.sleep(0.1)
            time.sleep(chance.random())
            name = chance.choice(["sink", *house.workers])
            house.kill(name)
            killed[name] += 1
            if flushed < flushes and number >= (flushed + 1) * kills / (flushes + 1):
                broker.flushall()
                flushed += 1
            time.sleep(AWAY)
            house.start(name)
    return killed, flushed


def settled(house: House) -> int:
    states = house.states()
    return sum(states.get(end, 0) for end in ENDS)


def settle(house: House, until: float) -> None:
    """Wait until nothing is on its way any more."""
    while time.monotonic() < until and set(house.states()) - ENDS:
        time.sleep(0.5)


def report(house: House, mails: int, killed: Counter[str], flushed: int, seed: int, took: float) -> list[str]:
    """Compare rows and sink, one for one; what is wrong, in words."""
    in_sink = Counter(message_id for message_id, _ in taken(house.sink_file))
    with house.begin() as session:
        rows = {
            f"<{message_id}@program-match.example>": str(status)
            for message_id, status in session.execute(select(Message.id, Message.status))
        }
        outcomes = Counter(str(outcome) for outcome in session.scalars(select(Attempt.outcome)))
    doubled = [message_id for message_id, times in in_sink.items() if times > 1]
    unknown = [message_id for message_id in in_sink if message_id not in rows]
    lost = [message_id for message_id, status in rows.items() if status == "handed_over" and not in_sink[message_id]]
    unrecorded = [message_id for message_id in in_sink if rows.get(message_id) not in ENDS]
    states = Counter(rows.values())
    arrived = sum(1 for message_id, status in rows.items() if status == "uncertain" and in_sink[message_id])
    print_table(
        f"{mails} mails, {sum(killed.values())} kills, broker flushed {flushed} times, {took:.0f} s (seed {seed})",
        ["", "count"],
        [
            *([f"killed: {name}", str(number)] for name, number in sorted(killed.items())),
            *([f"messages {status}", str(number)] for status, number in sorted(states.items())),
            ["of the uncertain, in the sink", str(arrived)],
            ["mails in the sink", str(sum(in_sink.values()))],
            ["twice in the sink", str(len(doubled))],
            ["handed over but not in the sink: lost", str(len(lost))],
            ["in the sink but not known", str(len(unknown) + len(unrecorded))],
            *([f"attempts {outcome}", str(number)] for outcome, number in sorted(outcomes.items())),
        ],
    )
    faults = [
        (doubled, "mails are twice in the sink"),
        (lost, "mails are said to be handed over and are not in the sink"),
        (unknown, "mails in the sink belong to no message"),
        (unrecorded, "mails are in the sink although their message came to no end"),
    ]
    told = [f"{len(which)} {words}" for which, words in faults if which]
    if len(rows) != mails or set(states) - ENDS:
        told.append(f"not every message came to an end: {dict(states)}")
    return told


if __name__ == "__main__":
    main()
