"""The base of every task: late acknowledgement, rejected when its worker is lost, no result, bounded in time."""

import time
from collections.abc import Callable, Iterable
from functools import cache
from uuid import UUID

from celery import Task

from webapp.bootstrap import Runtime, build_runtime, load_settings
from webapp.observability.log import get_logger

log = get_logger(__name__)

SOFT_LIMIT_SECONDS = 45
HARD_LIMIT_SECONDS = 60
LONG_LIMIT_SECONDS = 600
"""For tasks that hold a lease in their row and are found again by the sweep: a second copy of them does nothing."""


class ServiceTask(Task):  # type: ignore[misc]  # Celery ships no types
    """A task takes ids and calls one service. What it does is written in rows, so it may run twice or never."""

    abstract = True
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True
    soft_time_limit = SOFT_LIMIT_SECONDS
    time_limit = HARD_LIMIT_SECONDS
    max_retries = 0


@cache
def runtime() -> Runtime:
    """The runtime of this worker process, built on first use."""
    return build_runtime(load_settings())


def for_each(ids: Iterable[str], act: Callable[[UUID], None]) -> None:
    """Call `act` with each id; one that fails is logged and does not keep the others from their turn.

    Stops before the time limit: what is left is due in its row, and the sweep finds it.
    """
    stop_at = time.monotonic() + SOFT_LIMIT_SECONDS - 15
    for text in ids:
        if time.monotonic() > stop_at:
            log.warning("out of time; the sweep takes the rest")
            return
        try:
            act(UUID(text))
        except Exception:
            log.exception("task failed for one id; its lease runs out and it is tried again", id=text)
