"""Every task is safe to lose and safe to repeat, has a queue that somebody consumes, and is known by name."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery

from webapp.domain.events import EventKind
from workers.configuration import MODULES, make_app
from workers.queues import QUEUES, ROUTES, TASK_QUEUES
from workers.schedule import EVERY, beat_schedule
from workers.task import HARD_LIMIT_SECONDS, LONG_LIMIT_SECONDS, ServiceTask

ROOT = Path(__file__).resolve().parents[2]
LEASED = {"imports.run"}
"""Tasks that may run for longer than a message stays hidden: a second copy finds the lease in the row and ends."""


@pytest.fixture(scope="module")
def celery(tmp_path_factory: pytest.TempPathFactory) -> Celery:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        patch.setenv("SECRET_KEY", "a secret for structure tests only, 32+")
        app = make_app(MODULES)
        app.loader.import_default_modules()
    return app


def own(app: Celery) -> dict[str, ServiceTask]:
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_may_be_lost_and_repeated(celery: Celery) -> None:
    for name, task in own(celery).items():
        assert isinstance(task, ServiceTask), name
        assert task.acks_late, name
        assert task.reject_on_worker_lost, name
        assert task.ignore_result, name
        assert task.max_retries == 0, f"{name}: retries live in rows"
        longest = LONG_LIMIT_SECONDS if name in LEASED else HARD_LIMIT_SECONDS
        assert 0 < task.soft_time_limit < task.time_limit <= longest, name


def test_a_message_outlives_every_task_before_it_is_given_to_another(celery: Celery) -> None:
    assert celery.conf.broker_transport_options["visibility_timeout"] > HARD_LIMIT_SECONDS


def test_tables_and_tasks_agree(celery: Celery) -> None:
    assert set(own(celery)) == set(TASK_QUEUES)
    assert set(TASK_QUEUES.values()) == set(QUEUES) == set(celery.conf.task_queues)


def test_every_event_has_a_task(celery: Celery) -> None:
    assert set(ROUTES) == set(EventKind)
    assert {route.task for route in ROUTES.values()} <= set(own(celery))
    assert all(TASK_QUEUES[route.task] == route.queue for route in ROUTES.values())


def test_the_schedule_starts_tasks_that_exist(celery: Celery) -> None:
    assert set(EVERY) <= set(own(celery))
    for entry in beat_schedule().values():
        assert entry["options"]["queue"] in QUEUES
        assert entry["options"]["expires"] > 0


def test_no_task_sleeps_in_the_broker() -> None:
    """A due time lives in a row. Nothing is sent with an ETA or a countdown, at any length."""
    found = [
        f"{path}:{node.lineno}"
        for path in [*ROOT.glob("webapp/**/*.py"), *ROOT.glob("workers/**/*.py")]
        if re.search(r"\b(eta|countdown)\s*=", path.read_text())  # only these are worth reading as a tree
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in ("eta", "countdown")
    ]
    assert found == []


def test_the_sweep_is_frequent() -> None:
    assert EVERY["upkeep.sweep"] <= timedelta(seconds=5)
