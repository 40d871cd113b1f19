"""The sweep and the purge."""

from celery import shared_task

from webapp.services import draft, outbox
from webapp.services.sweep import sweep as sweep_service
from workers.publish import publish
from workers.task import ServiceTask, runtime


@shared_task(base=ServiceTask, name="upkeep.sweep")  # type: ignore[untyped-decorator]  # Celery ships no types
def sweep() -> None:
    """Pick up what is due, abandoned or late."""
    sweep_service(runtime().begin, publish, runtime().clock)


@shared_task(base=ServiceTask, name="upkeep.purge")  # type: ignore[untyped-decorator]  # Celery ships no types
def purge() -> None:
    """Delete what has been kept long enough."""
    with runtime().begin() as session:
        outbox.purge(session, runtime().clock)
        draft.purge(session, runtime().clock)
