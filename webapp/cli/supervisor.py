"""Programs that run together: started, restarted when they die, stopped together."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from webapp.embedded import EmbeddedServerError, EmbeddedServers
from webapp.embedded.log import open_log, tail_of, trim_log
from webapp.embedded.process import spawn

POLL_SECONDS = 0.1
SERVER_CHECK_SECONDS = 1.0
LOG_CHECK_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a program that lived this long gets the short pause again


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running. Its output goes to `log`."""

    name: str
    command: tuple[str, ...]
    log: Path


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    log_start: int = 0
    pause: float = FIRST_PAUSE_SECONDS
    due: float = field(default=0.0)


class Supervisor:
    """Keeps programs (and the embedded servers under them) alive until told to stop.

    On Linux each child is killed by the kernel when this process ends without having stopped it. Call from the main
    thread only.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        directory: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        servers: EmbeddedServers | None = None,
        grace_seconds: float = 45.0,
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._directory = directory
        self._environment = environment
        self._say = say
        self._servers = servers
        self._grace = grace_seconds
        self._servers_checked = 0.0
        self._servers_pause = 0.0
        self._logs_checked = time.monotonic()

    def start(self) -> None:
        """Start every program."""
        for child in self._children:
            self._spawn(child)

    def ended(self, name: str) -> str | None:
        """None while the program of this name runs; else what it last said."""
        for child in self._children:
            if child.program.name == name and child.process is not None and child.process.poll() is not None:
                return tail_of(child.program.log, child.log_start) or "It said nothing."
        return None

    def tend(self) -> None:
        """Look once at everything and restart what is due. Call it again and again."""
        now = time.monotonic()
        if self._servers is not None and now - self._servers_checked >= SERVER_CHECK_SECONDS + self._servers_pause:
            self._servers_checked = now
            self._tend_servers(self._servers)
        for child in self._children:
            self._tend_child(child, now)
        if now - self._logs_checked >= LOG_CHECK_SECONDS:
            self._logs_checked = now
            for log in {child.program.log.parent for child in self._children}:
                for file in log.glob("*.log"):
                    trim_log(file)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask every program to end, wait the grace time (less when `hurry()` says so), then kill what is left."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._grace
        while any(process.poll() is None for process in running):
            if time.monotonic() >= deadline or hurry():
                break
            time.sleep(POLL_SECONDS / 2)
        for process in running:
            if process.poll() is None:
                process.kill()
            process.wait()

    def _spawn(self, child: _Child) -> None:
        log = child.program.log
        with open_log(log) as output:
            child.log_start = log.stat().st_size
            child.process = spawn(
                child.program.command,
                output=output,
                directory=self._directory,
                environment=self._environment,
                when_parent_dies=signal.SIGKILL,  # every duty is a row in the database: none needs a farewell
            )
        child.began = time.monotonic()

    def _tend_child(self, child: _Child, now: float) -> None:
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            if now - child.began >= STEADY_SECONDS:
                child.pause = FIRST_PAUSE_SECONDS
            child.process = None
            child.due = now + child.pause
            self._say(
                f"{child.program.name} ended ({_reason(code)}); "
                f"starting it again in {child.pause:.0f} s. Its log is {child.program.log}."
            )
            child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)
        elif now >= child.due:
            self._spawn(child)

    def _tend_servers(self, servers: EmbeddedServers) -> None:
        gone = servers.died()
        if not gone:
            self._servers_pause = 0.0
            return
        self._say(f"{' and '.join(gone)} ended; starting it again.")
        try:
            servers.start()
        except EmbeddedServerError as error:
            self._servers_pause = min(max(self._servers_pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self._say(f"{error} Trying again in {self._servers_pause + SERVER_CHECK_SECONDS:.0f} s.")


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
