"""What beat starts, and how often. A run that could not start before the next is due is dropped, not piled up."""

from datetime import timedelta
from typing import Any, Final

from webapp.domain.retention import RUN_EVERY
from webapp.gateways.wakeup import RELAY_TASK
from workers.queues import TASK_QUEUES

EVERY: Final[dict[str, timedelta]] = {
    RELAY_TASK: timedelta(seconds=1),
    "upkeep.sweep": timedelta(seconds=3),
    "upkeep.purge": RUN_EVERY,
    "upkeep.audit_exposure": timedelta(hours=1),
    "upkeep.count_days": timedelta(minutes=5),
    "upkeep.mail_reputation": timedelta(minutes=1),
    "billing.close": timedelta(minutes=15),
    "follow_ups.move": timedelta(seconds=30),
}


def beat_schedule() -> dict[str, dict[str, Any]]:
    """`EVERY` in the form that Celery reads."""
    return {
        task: {
            "task": task,
            "schedule": every,
            "options": {"queue": TASK_QUEUES[task], "expires": max(every.total_seconds(), 5.0), "ignore_result": True},
        }
        for task, every in EVERY.items()
    }
