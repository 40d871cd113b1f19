"""The Celery application of workers. `celery -A workers.celery_app worker` loads this, and with it every task."""

from typing import Final

from workers.configuration import make_app

MODULES: Final = tuple(
    f"workers.{noun}"
    for noun in (
        *("outbox", "messages", "leads", "deliveries", "batches", "bulk_acts", "notices", "links", "billing"),
        *("imports", "inbound_mails", "follow_ups", "upkeep", "weights", "watchdog"),
    )
)
"""Where tasks are."""

app = make_app(MODULES)
