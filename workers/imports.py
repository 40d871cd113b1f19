"""Checking, publishing and undoing imports of listings."""

from celery import shared_task

from webapp.services import import_work
from workers.task import LONG_LIMIT_SECONDS, ServiceTask, for_each, runtime


@shared_task(  # type: ignore[untyped-decorator]  # Celery ships no types
    base=ServiceTask, name="imports.run", soft_time_limit=LONG_LIMIT_SECONDS - 30, time_limit=LONG_LIMIT_SECONDS
)
def run(ids: list[str]) -> None:
    """Do what is due for each import. The service stops by itself before the limit, and says so in its report."""
    built = runtime()
    for_each(ids, lambda job_id: import_work.run(built.begin, built.clock, job_id))
