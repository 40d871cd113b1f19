"""Reading mails that came back to us."""

from uuid import UUID

from celery import shared_task

from webapp.services import inbound_mail
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="inbound_mails.handle")  # type: ignore[untyped-decorator]  # Celery ships no types
def handle(ids: list[str]) -> None:
    """Read each mail and write down what it says of ours, each in a transaction of its own."""
    built = runtime()

    def handle_one(mail_id: UUID) -> None:
        with built.begin() as session:
            inbound_mail.handle(session, built.clock, mail_id)

    for_each(ids, handle_one)
