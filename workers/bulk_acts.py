"""Doing to many what a member of staff had done to them."""

from uuid import UUID

from celery import shared_task

from webapp.services import bulk_act
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="bulk_acts.work")  # type: ignore[untyped-decorator]  # Celery ships no types
def work(ids: list[str]) -> None:
    """Go on with each act. What time does not suffice for is taken up again by the sweep."""
    built = runtime()

    def act(act_id: UUID) -> None:
        bulk_act.work(built.begin, built.clock, act_id)

    for_each(ids, act)
    built.wake_up.nudge()
