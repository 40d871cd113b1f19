"""Closing files of leads."""

from celery import shared_task

from webapp.services import batch
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="batches.close")  # type: ignore[untyped-decorator]  # Celery ships no types
def close(ids: list[str]) -> None:
    """Close each file whose due time has come. What time does not suffice for is taken up again by the sweep."""
    built = runtime()
    for_each(ids, lambda batch_id: batch.close(built.begin, built.clock, built.links, batch_id))
    built.wake_up.nudge()
