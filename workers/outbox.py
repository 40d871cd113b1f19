"""The relay: due outbox events to the broker."""

from celery import shared_task

from webapp.gateways.wakeup import RELAY_TASK
from webapp.services import outbox
from workers.publish import publish
from workers.task import ServiceTask, runtime


@shared_task(base=ServiceTask, name=RELAY_TASK)  # type: ignore[untyped-decorator]  # Celery ships no types
def relay() -> None:
    """Hand every due event to the broker."""
    outbox.publish_due(runtime().begin, publish, runtime().clock)
