"""Sending mails."""

from uuid import UUID

from celery import shared_task

from webapp.services import message
from workers.task import ServiceTask, runtime


@shared_task(base=ServiceTask, name="messages.send")  # type: ignore[untyped-decorator]  # Celery ships no types
def send(ids: list[str]) -> None:
    """Send the messages that are due, several at a time."""
    built = runtime()
    message.send_all(built.begin, built.clock, built.message_outside, [UUID(text) for text in ids])
