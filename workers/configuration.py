"""How our programs use Celery. The worker and beat load different modules: beat names tasks and runs none."""

import os
from collections.abc import Sequence
from typing import Final

from celery import Celery
from celery.signals import setup_logging

from webapp.domain.errors import Problem, Refused
from webapp.observability.log import configure_logging
from webapp.server_address import broker_url
from webapp.settings import parse_settings
from workers.queues import QUEUES, TASK_QUEUES
from workers.schedule import beat_schedule

VISIBILITY_SECONDS = 90
"""When a message whose worker died goes back on its queue. Longer than any task may run, but for imports: a message of
theirs that comes again finds the lease in the row."""

MODULES: Final = tuple(
    f"workers.{noun}"
    for noun in (
        *("outbox", "messages", "leads", "deliveries", "batches", "bulk_acts", "notices", "links", "billing"),
        *("imports", "inbound_mails", "follow_ups", "upkeep", "weights", "watchdog", "interpreter"),
    )
)
"""Where tasks are."""
TASKS: Final = {
    "task_queues": {name: {"exchange": name, "routing_key": name} for name in QUEUES},
    "task_routes": {task: {"queue": queue} for task, queue in TASK_QUEUES.items()},
    "task_create_missing_queues": False,
    "task_default_queue": QUEUES[0],
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_hijack_root_logger": False,
    "worker_send_task_events": False,
    "accept_content": ["json"],
    "task_serializer": "json",
    "timezone": "UTC",
}
BROKER: Final = {
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_transport_options": {
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
    },
}
SCHEDULE: Final = {
    "beat_schedule": beat_schedule(),
    "beat_max_loop_interval": 1,
    # All intervals are short: a schedule on disk would only be one more file for a crash to damage.
    "beat_scheduler": "celery.beat:Scheduler",
}


def make_app(modules: Sequence[str] = ()) -> Celery:
    """The application on the settings of the environment, with the tasks in `modules`."""
    settings = parse_settings(os.environ)
    if settings.redis_url is None:
        raise Refused(Problem("REDIS_URL", "is not set.", "Start the worker with `program-match run`, or set it."))
    made = Celery("program_match", broker=broker_url(settings.redis_url), set_as_current=True)
    made.conf.update(**TASKS, **BROKER, **SCHEDULE, imports=list(modules))
    return made


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _logging(**_: object) -> None:
    settings = parse_settings(os.environ)
    configure_logging(level=settings.log_level, json_lines=settings.is_production)
