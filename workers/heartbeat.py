"""Saying that a process of ours lives. With the broker away nobody hears it, which is as true."""

import os
import platform
from collections.abc import Callable
from datetime import datetime

import redis

from webapp.bootstrap import installed_version
from webapp.gateways.heartbeat import Heartbeat, Heartbeats
from webapp.observability.log import get_logger
from workers.queues import depths

log = get_logger(__name__)

EVERY_SECONDS = 5.0
HOST = platform.node()


def worker_lives(broker: redis.Redis, busy: int, now: datetime) -> None:
    """This worker has `busy` tasks in its hands; how many messages wait in each queue it says as well."""
    name = f"{HOST}-{os.getpid()}"
    _beat(broker, lambda: Heartbeat("worker", name, now, installed_version(), depths(broker), busy))


def schedule_lives(broker: redis.Redis, now: datetime) -> None:
    """What beat starts is started."""
    _beat(broker, lambda: Heartbeat("schedule", "sweep", now, installed_version()))


def _beat(broker: redis.Redis, made: Callable[[], Heartbeat]) -> None:
    try:
        Heartbeats(broker).beat(made())
    except redis.RedisError:
        log.warning("no heartbeat: the broker does not answer")
