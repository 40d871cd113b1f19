"""The relay: outbox rows to the broker, in events a second, against the broker's own speed with one id a message."""

import os
import tempfile
import time
from datetime import UTC, datetime

import redis
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from benchmarks.table import opened, print_table
from webapp.domain.clock import SystemClock
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.embedded import running_servers
from webapp.services import outbox
from webapp.upgrade import upgrade_database

EVENTS, SINGLE, ROUNDS = 20_000, 1_500, 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder)) as servers:
        os.environ.update(
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.redis_url,
            SECRET_KEY="a secret for benchmarks, long enough",
        )
        upgrade_database(servers.database_url)
        rows = [measure(servers.database_url, servers.redis_url, kind) for kind in EventKind]
        single = one_a_message(servers.redis_url)
    print_table(
        f"Relay: {EVENTS:,} events of a kind, best of {ROUNDS}; one process",
        ["event", "ids a message", "events/s", "ratio to one id a message"],
        [[kind, str(ids), f"{rate:,.0f}", f"{rate / single:.1f}"] for kind, ids, rate in rows]
        + [["(one id a message, no database)", "1", f"{single:,.0f}", "1.0"]],
    )


def measure(database_url: str, redis_url: str, kind: EventKind) -> tuple[str, int, float]:
    """Events a second from row to broker, marked as published."""
    from workers.celery_app import app
    from workers.publish import publish
    from workers.queues import ROUTES

    app.set_default()
    engine = create_engine(database_url)
    begin = sessionmaker(engine).begin
    rates = []
    for _ in range(ROUNDS):
        with begin() as session:
            outbox.add(session, kind, [new_id() for _ in range(EVENTS)], due_at=datetime.now(UTC))
        started = time.perf_counter()
        published = outbox.publish_due(begin, publish, SystemClock())
        rates.append(published / (time.perf_counter() - started))
        assert published == EVENTS
        with redis.Redis.from_url(redis_url) as client:
            client.flushall()
    engine.dispose()
    return kind, ROUTES[kind].ids_per_message, max(rates)


def one_a_message(redis_url: str) -> float:
    """Messages a second that one process can publish at all."""
    from workers.publish import publish

    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(SINGLE):
            publish(EventKind.MESSAGE_DUE, [new_id()])
        rates.append(SINGLE / (time.perf_counter() - started))
        with redis.Redis.from_url(redis_url) as client:
            client.flushall()
    return max(rates)


if __name__ == "__main__":
    main()
