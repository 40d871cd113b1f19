"""Sending mails."""

from celery import shared_task

from webapp.services import message
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="messages.send")  # type: ignore[untyped-decorator]  # Celery ships no types
def send(ids: list[str]) -> None:
    """Send each message that is due."""
    built = runtime()
    outside = built.message_outside
    for_each(ids, lambda message_id: message.send(built.begin, built.clock, outside, message_id))
