"""The sweep, the purge, the exposure audit and the counts by day."""

from celery import shared_task

from webapp.services import day_count, exposure, mail_reputation, retention_run
from webapp.services.sweep import sweep as sweep_service
from workers import heartbeat
from workers.publish import publish
from workers.task import ServiceTask, runtime

AUDITED = 2000
"""Lists the audit looks at: a few seconds of work."""


@shared_task(base=ServiceTask, name="upkeep.sweep")  # type: ignore[untyped-decorator]  # Celery ships no types
def sweep() -> None:
    """Pick up what is due, abandoned or late; and show thereby that the schedule runs."""
    heartbeat.schedule_lives(runtime().redis, runtime().clock.now())
    sweep_service(runtime().begin, publish, runtime().clock)


@shared_task(base=ServiceTask, name="upkeep.purge")  # type: ignore[untyped-decorator]  # Celery ships no types
def purge() -> None:
    """Delete what has been kept long enough."""
    retention_run.run(runtime().begin, runtime().clock)


@shared_task(base=ServiceTask, name="upkeep.audit_exposure")  # type: ignore[untyped-decorator]  # Celery ships no types
def audit_exposure() -> None:
    """Are partners shown higher than others at equal relevance? Set the metrics, and keep the figures."""
    with runtime().begin() as session:
        exposure.keep(session, runtime().clock, exposure.measure(session, most=AUDITED))


@shared_task(base=ServiceTask, name="upkeep.mail_reputation")  # type: ignore[untyped-decorator]  # Celery ships no types
def measure_mail_reputation() -> None:
    """Count complaints about our mail, and stop what can be stopped where there are too many."""
    with runtime().begin() as session:
        mail_reputation.measure(session, runtime().clock)


@shared_task(base=ServiceTask, name="upkeep.count_days")  # type: ignore[untyped-decorator]  # Celery ships no types
def count_days() -> None:
    """Keep the counts that dashboards read: days that are over, and days of which something changed."""
    day_count.keep(runtime().begin, runtime().clock)
