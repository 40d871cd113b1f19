"""`program-match run`: everything on one machine, in one process group that ends together."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from webapp.cli.plan import HOST, Plan, Step, default_plan
from webapp.cli.port import port_is_free, who_listens
from webapp.cli.running import find_running, note_of, remember
from webapp.cli.steps import StepFailed, Steps
from webapp.cli.supervisor import POLL_SECONDS, Supervisor
from webapp.embedded import EmbeddedServerError, EmbeddedServers
from webapp.embedded.layout import layout_of
from webapp.embedded.lock import held
from webapp.embedded.process import follow_parent, spawn
from webapp.embedded.secret import development_secret

ERROR_LINE = re.compile(r"[\w.]*(Error|Refused|Exception)\b.*: ")  # the last line of a traceback
HEALTHY_SECONDS = 90.0
PORT_SECONDS = 10.0  # a killed run's web processes notice within a second or two
LEAVING_SECONDS = 5.0  # how long others may go on using our servers after Ctrl-C


class _Stop(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal. Not an Exception: nothing on the way may take it for a fault."""


@dataclass(slots=True)
class Leaving:
    """Whether we are stopping, and whether we were told a second time."""

    begun: bool = False
    hurry: bool = False


@click.command("run")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option(
    "--var",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="VAR_DIR",
    default=Path("var"),
    show_default=True,
    help="Where data, logs and sockets are kept.",
)
def run(port: int, var: Path) -> None:
    """Start everything here: servers, tables, demo catalogue, website, worker. Ctrl-C stops it."""
    supervise(default_plan(var, port))


def supervise(plan: Plan) -> None:
    """Run the plan until a signal ends it. Says so and returns when this var/ is running already.

    Raises StepFailed (exit code 1) naming the step and the fix.
    """
    console = Console(stderr=False)
    steps = Steps(console, total=len(plan.steps) + 2)
    layout = layout_of(plan.var)
    try:
        layout.prepare()
    except EmbeddedServerError as error:
        raise StepFailed("Preparing the directory", str(error), "mend that and start again.") from None
    with held(layout.run / "run.lock") as alone:
        if not alone:
            steps.note(_already(plan.var))
            return
        _follow_make()
        note = note_of(plan.var)
        if not _port_becomes_free(plan.port, seconds=PORT_SECONDS if note.exists() else 0.0):
            raise StepFailed(
                f"Opening port {plan.port}",
                f"{who_listens(plan.port)} listens on port {plan.port} already.",
                f"end that program, or choose another port: PORT={plan.port + 1} make run",
            )
        remember(plan.var, plan.url)
        with _signals() as leaving:
            _run(plan, steps, leaving)
        note.unlink(missing_ok=True)
    steps.note("Stopped. Your data stays in " + str(plan.var))


def _run(plan: Plan, steps: Steps, leaving: Leaving) -> None:
    servers = EmbeddedServers(
        plan.var,
        database=not os.environ.get("DATABASE_URL"),
        broker=not os.environ.get("REDIS_URL"),
        progress=steps.note,
        patience=LEAVING_SECONDS,
    )
    supervisor: Supervisor | None = None
    try:
        environment = _prepare(plan, steps, servers)
        supervisor = Supervisor(
            plan.programs,
            directory=plan.directory,
            environment=environment,
            say=steps.note,
            servers=servers,
            grace_seconds=plan.grace_seconds,
        )
        with steps.step("Starting website, worker and schedule"):
            supervisor.start()
            _wait_until_healthy(plan, supervisor)
        steps.note(_welcome(plan))
        while True:
            supervisor.tend()
            time.sleep(POLL_SECONDS)
    except _Stop:
        steps.note("Stopping (Ctrl-C again to stop at once)")
    finally:
        leaving.begun = True
        if supervisor is not None:
            supervisor.stop(hurry=lambda: leaving.hurry)
        servers.stop()


def _prepare(plan: Plan, steps: Steps, servers: EmbeddedServers) -> dict[str, str]:
    """Servers, then the steps. The environment of the programs."""
    with steps.step("Starting the database and the broker"):
        try:
            addresses = servers.start()
            secret = os.environ.get("SECRET_KEY") or development_secret(plan.var)
        except EmbeddedServerError as error:
            raise StepFailed("Starting the database and the broker", str(error), "as said above.") from None
    metrics = layout_of(plan.var).run / "metrics"  # counters of all processes, added up; begun anew each run
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    environment = {
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "ENVIRONMENT": "development",
        "BASE_URL": plan.url,
        "INBOUND_URL": f"lmtp+unix://{layout_of(plan.var).socket_home()}/mail.sock",
        "WEBHOOK_ALLOW_LOOPBACK": "true",  # the demo schools are part of this installation
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        **{name: value for name, value in os.environ.items() if value},
        "DATABASE_URL": os.environ.get("DATABASE_URL") or addresses.database_url,
        "REDIS_URL": os.environ.get("REDIS_URL") or addresses.redis_url,
        "SECRET_KEY": secret,
        "PORT": str(plan.port),
        "VAR_DIR": str(plan.var),
    }
    for step in plan.steps:
        with steps.step(step.title):
            _complete(step, plan, environment)
    return environment


def _complete(step: Step, plan: Plan, environment: dict[str, str]) -> None:
    child = spawn(
        step.command,
        output=subprocess.PIPE,
        directory=plan.directory,
        environment=environment,
        when_parent_dies=signal.SIGTERM,
    )
    try:
        said, _ = child.communicate()
    except _Stop:
        child.terminate()
        child.wait()
        raise
    if child.returncode != 0:
        raise StepFailed(step.title, _last_lines(said.decode("utf-8", "replace")), step.fix)


def _last_lines(said: str) -> str:
    """The end of an output, with the first error it names when that lies further up."""
    lines = said.strip().splitlines()
    last = lines[-15:]
    cause = next((line for line in lines if ERROR_LINE.match(line)), None)
    if cause is not None and cause not in last:
        last = [cause, "...", *last]
    return "\n".join(last) or "It said nothing."


def _wait_until_healthy(plan: Plan, supervisor: Supervisor) -> None:
    title = "Starting website, worker and schedule"
    log = layout_of(plan.var).log / "web.log"
    deadline = time.monotonic() + HEALTHY_SECONDS
    while not _healthy(plan.port):
        if (said := supervisor.ended("web")) is not None:
            raise StepFailed(title, _last_lines(said), f"read the whole log: {log}")
        if time.monotonic() > deadline:
            seen = f"{plan.url}/healthz gave no answer of 200 within {HEALTHY_SECONDS:.0f} s."
            raise StepFailed(title, seen, f"read the log: {log}")
        time.sleep(POLL_SECONDS)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(plan: Plan) -> str:
    return f"""
Program Match runs.

  Website            {plan.url}/
  Mail sent so far   {plan.url}/dev/inbox
  Leads received     {plan.url}/dev/partner
  Staff              {plan.url}/admin
  School's portal    {plan.url}/partner (the log-in stands on {plan.url}/dev/partner)
  Logs               {layout_of(plan.var).log}/*.log
  Stop               Ctrl-C (or: kill {os.getpid()})
"""


def _port_becomes_free(port: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not port_is_free(HOST, port):
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _already(var: Path) -> str:
    known = find_running(var)
    if known is None:
        return "Program Match is already being started here."
    return (
        f"Program Match already runs here: {known.url}/ (pid {known.pid}, since {known.since:%Y-%m-%d %H:%M} UTC).\n"
        f"Stop it with Ctrl-C where it was started, or: kill {known.pid}"
    )


def _follow_make() -> None:
    """Under `make run`, end with make even when make is killed; elsewhere the parent is a shell one may close."""
    try:
        parent = Path(f"/proc/{os.getppid()}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return
    if os.environ.get("MAKELEVEL") and parent in ("make", "gmake"):
        follow_parent(signal.SIGTERM)


@contextmanager
def _signals() -> Iterator[Leaving]:
    """The first SIGINT, SIGTERM or SIGHUP raises _Stop in the main thread; a later one asks for haste."""
    leaving = Leaving()

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the shape signal.signal wants)
        if leaving.begun:
            leaving.hurry = True
            return
        leaving.begun = True
        raise _Stop

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
    for number in numbers:
        before[number] = signal.signal(number, handle)
    try:
        yield leaving
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
