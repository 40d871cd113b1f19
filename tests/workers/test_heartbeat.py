"""Workers and the schedule say that they live, and mind no broker that is away."""

from datetime import UTC, datetime

import redis

from webapp.gateways.heartbeat import Heartbeats
from workers import heartbeat
from workers.queues import MAIL, QUEUES

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def test_a_worker_tells_what_waits_and_the_schedule_that_it_runs(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.lpush(MAIL, "one", "two")
        heartbeat.worker_lives(client, 4, AT)
        heartbeat.schedule_lives(client, AT)
        schedule, worker = Heartbeats(client).all()
    assert (schedule.kind, schedule.name, schedule.at) == ("schedule", "sweep", AT)
    assert (worker.kind, worker.busy, worker.at) == ("worker", 4, AT)
    assert worker.queues == {queue: 2 if queue == MAIL else 0 for queue in QUEUES}


def test_a_broker_that_is_away_breaks_nothing() -> None:
    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0")
    heartbeat.worker_lives(nowhere, 0, AT)
    heartbeat.schedule_lives(nowhere, AT)
