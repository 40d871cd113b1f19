"""Sending leads on their way when their time has come."""

from uuid import UUID

from celery import shared_task

from webapp.services import lead
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="leads.release")  # type: ignore[untyped-decorator]  # Celery ships no types
def release(ids: list[str]) -> None:
    """Release each lead whose undo window is over, or whose hold may end."""
    built = runtime()

    def act(lead_id: UUID) -> None:
        with built.begin() as session:
            lead.release(session, built.clock, lead_id)

    for_each(ids, act)
    built.wake_up.nudge()
