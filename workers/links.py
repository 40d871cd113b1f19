"""Mailing students the links to their own pages."""

from uuid import UUID

from celery import shared_task

from webapp.services import link_request
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="links.mail")  # type: ignore[untyped-decorator]  # Celery ships no types
def mail(ids: list[str]) -> None:
    """Answer each request for a mailed link."""
    built = runtime()

    def act(request_id: UUID) -> None:
        with built.begin() as session:
            link_request.answer(session, built.clock, request_id)

    for_each(ids, act)
    built.wake_up.nudge()
