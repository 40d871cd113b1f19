"""Heartbeats are heard while they are fresh, and forgotten by themselves."""

from datetime import UTC, datetime

import redis

from webapp.gateways.heartbeat import KEPT_SECONDS, Heartbeat, Heartbeats

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def test_the_latest_of_each_process_is_heard(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        beats = Heartbeats(client)
        assert beats.all() == ()
        beats.beat(Heartbeat("worker", "b-2", AT, "1.0", {"mail": 3}, 1))
        beats.beat(Heartbeat("worker", "b-2", AT, "1.0", {"mail": 0}, 0))
        beats.beat(Heartbeat("schedule", "sweep", AT, "1.0"))
        assert beats.all() == (
            Heartbeat("schedule", "sweep", AT, "1.0"),
            Heartbeat("worker", "b-2", AT, "1.0", {"mail": 0}, 0),
        )
        assert all(0 < client.ttl(key) <= KEPT_SECONDS for key in list(client.scan_iter()))
