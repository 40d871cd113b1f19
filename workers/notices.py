"""Telling partners what students decided about leads that they have."""

from celery import shared_task

from webapp.services import notice
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="notices.tell")  # type: ignore[untyped-decorator]  # Celery ships no types
def tell(ids: list[str]) -> None:
    """One try at each notice that is due."""
    built = runtime()
    outside = built.delivery_outside
    for_each(ids, lambda notice_id: notice.tell(built.begin, built.clock, outside, notice_id))
    built.wake_up.nudge()
