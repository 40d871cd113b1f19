"""Follow-ups: the table of what is due is looked at, and nothing waits in the broker."""

from celery import shared_task

from webapp.services import follow_up
from workers.task import ServiceTask, runtime


@shared_task(base=ServiceTask, name="follow_ups.move")  # type: ignore[untyped-decorator]  # Celery ships no types
def move() -> None:
    """Plan what changed listings call for, then queue or drop what is due."""
    built = runtime()
    for work in (follow_up.plan_news, follow_up.settle_due):
        with built.begin() as session:
            work(session, built.clock)
