"""Closing billing cycles that are over."""

from uuid import UUID

from celery import shared_task

from webapp.queries.invoice import due_cycles
from webapp.services import billing_cycle, invoice
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="billing.close")  # type: ignore[untyped-decorator]  # Celery ships no types
def close() -> None:
    """Make the invoices of each cycle that is over, each cycle in a transaction of its own."""
    built = runtime()
    with built.begin() as session:
        billing_cycle.prepare(session, built.clock.now())
        due = due_cycles(session, built.clock.now())

    def close_one(cycle_id: UUID) -> None:
        with built.begin() as session:
            invoice.close(session, built.clock, cycle_id)

    for_each(map(str, due), close_one)
