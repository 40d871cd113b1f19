"""What `program-match run` is made of: the steps that must succeed, then the programs that keep running."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from webapp.cli.supervisor import Program
from webapp.embedded.layout import layout_of

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Step:
    """A command that must succeed before the programs start."""

    title: str
    command: tuple[str, ...]
    fix: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run is made of."""

    var: Path
    port: int
    directory: Path
    steps: tuple[Step, ...]
    programs: tuple[Program, ...]
    grace_seconds: float = 45.0

    @property
    def url(self) -> str:
        """Where the web server listens."""
        return f"http://{HOST}:{self.port}"


def default_plan(var: Path, port: int) -> Plan:
    """The real steps and programs."""
    layout = layout_of(var)
    tool = (sys.executable, "-m", "webapp.cli.main")
    celery: tuple[str, ...] = (sys.executable, "-m", "celery", "-A")
    web: tuple[str, ...] = (
        sys.executable,
        "-m",
        "gunicorn",
        "webapp.app:create_app_from_environment()",
        "--no-control-socket",
        "--preload",
    )
    web += ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--graceful-timeout", "10")
    web += ("--bind", f"{HOST}:{port}")
    worker = (*celery, "workers.celery_app:app", "worker", "-P", "threads", "-c", "4", "--loglevel", "INFO")
    worker += ("--without-gossip", "--without-mingle")
    beat = (*celery, "workers.beat_app:app", "beat", "--loglevel", "INFO", "--pidfile=")
    beat += ("--schedule", str(layout.run / "beat-schedule"))
    return Plan(
        var=layout.var,
        port=port,
        directory=Path.cwd(),
        steps=(
            Step(
                "Bringing the tables up to date",
                (*tool, "db", "upgrade"),
                "read the message above; if a migration failed, the tables are as before: update the code and retry.",
            ),
            Step(
                "Loading the demo catalogue",
                (*tool, "demo", "load", "--if-empty"),
                "read the message above; `program-match demo load` repeats this step by itself.",
            ),
        ),
        programs=(
            Program("web", web, layout.log / "web.log"),
            Program("worker", worker, layout.log / "worker.log"),
            Program("beat", beat, layout.log / "beat.log"),
            Program("mail", (*tool, "mail", "listen"), layout.log / "mail.log"),
        ),
    )
