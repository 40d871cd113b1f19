"""Handing leads to partners."""

from celery import shared_task

from webapp.services import delivery
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="deliveries.attempt")  # type: ignore[untyped-decorator]  # Celery ships no types
def attempt(ids: list[str]) -> None:
    """One attempt at each delivery that is due."""
    built = runtime()
    outside = built.delivery_outside
    for_each(ids, lambda delivery_id: delivery.attempt(built.begin, built.clock, outside, delivery_id))
