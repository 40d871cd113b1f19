"""Handing ids to the broker: several in one message, over one kept connection."""

from collections.abc import Sequence
from uuid import UUID

from celery import current_app

from webapp.domain.events import EventKind
from workers.queues import ROUTES


def publish(kind: EventKind, subjects: Sequence[UUID]) -> None:
    """Send the ids of `kind` to the task that acts on them. Raises when the broker cannot be reached."""
    route = ROUTES[kind]
    with current_app.producer_pool.acquire(block=True, timeout=5) as producer:
        for start in range(0, len(subjects), route.ids_per_message):
            ids = [str(subject) for subject in subjects[start : start + route.ids_per_message]]
            current_app.send_task(
                route.task,
                args=[ids],
                queue=route.queue,
                producer=producer,
                ignore_result=True,
                retry=False,
            )
