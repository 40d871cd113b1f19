"""Ends a worker that lives but no longer works, so that its supervisor starts a fresh one.

After a broker restart Celery 5.7's consumer can stay connected to nothing without noticing. The sign is plain: messages
wait on a queue, the broker answers, nothing is being worked on, and still nobody takes them.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence

import redis
from celery.signals import task_postrun, task_prerun, worker_ready
from celery.worker.consumer import Consumer

from webapp.observability.log import get_logger
from workers import heartbeat
from workers.queues import depths
from workers.task import HARD_LIMIT_SECONDS, runtime

log = get_logger(__name__)

CHECK_SECONDS = 1.0
PATIENCE_SECONDS = 10.0
EXIT_CODE = 75  # EX_TEMPFAIL of sysexits.h: try again


class Activity:
    """What this process is working on, and since when it has had nothing to do."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._running: dict[str, float] = {}
        self._idle_since = now()

    def started(self, task_id: str) -> None:
        with self._lock:
            self._running[task_id] = self._now()

    def ended(self, task_id: str) -> None:
        with self._lock:
            self._running.pop(task_id, None)
            self._idle_since = self._now()

    def busy(self) -> int:
        """How many tasks it has in its hands."""
        with self._lock:
            return len(self._running)

    def touch(self) -> None:
        """There is nothing to do, so being idle is right."""
        with self._lock:
            self._idle_since = self._now()

    def is_stuck(self) -> bool:
        """Whether nothing has been taken up for too long, or what was taken up has run past every limit."""
        with self._lock:
            if self._running:
                return self._now() - min(self._running.values()) > 2 * HARD_LIMIT_SECONDS
            return self._now() - self._idle_since > PATIENCE_SECONDS


def watch(activity: Activity, waiting: Callable[[], int], leave: Callable[[], None]) -> None:
    """Look once: leave when messages wait and nobody takes them."""
    try:
        messages = waiting()
    except redis.RedisError:
        messages = 0  # with the broker away, waiting for it is right
    if messages == 0:
        activity.touch()
    elif activity.is_stuck():
        log.critical("messages wait but nothing is taken up: leaving, to be started again", messages=messages)
        leave()


_activity = Activity()


@task_prerun.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _started(task_id: str, **_: object) -> None:
    _activity.started(task_id)


@task_postrun.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _ended(task_id: str, **_: object) -> None:
    _activity.ended(task_id)


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _ready(sender: Consumer, **_: object) -> None:
    _activity.touch()
    threading.Thread(target=_run, args=(own_queues(sender),), name="watchdog", daemon=True).start()


def own_queues(consumer: Consumer) -> list[str]:
    """The queues this worker takes from. Messages on another worker's are no sign that this one does not work."""
    return sorted(queue.name for queue in consumer.task_consumer.queues)


def _run(queues: Sequence[str]) -> None:
    broker = runtime().redis
    told = -heartbeat.EVERY_SECONDS
    while True:
        time.sleep(CHECK_SECONDS)
        watch(_activity, lambda: sum(depths(broker, queues).values()), _leave)
        if time.monotonic() - told >= heartbeat.EVERY_SECONDS:
            told = time.monotonic()
            heartbeat.worker_lives(broker, _activity.busy(), runtime().clock.now())


def _leave() -> None:
    os._exit(EXIT_CODE)
