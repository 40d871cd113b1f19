"""`program-match run`: one group that starts together, heals itself, and ends together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp.embedded import status
from webapp.embedded.process import command_line

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


class Rehearsal:
    """A run of the supervisor with stand-ins, in a process of its own."""

    def __init__(
        self, var: Path, port: int, *, step_code: int = 0, options: tuple[str, ...] = (), servers: bool = False
    ):
        self.var, self.port = var, port
        # An address that is set is not embedded; nothing here connects to it.
        addresses = {} if servers else {"DATABASE_URL": "postgresql://elsewhere", "REDIS_URL": "redis://elsewhere"}
        inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.rehearsal", str(var), str(port), str(step_code), *options],
            cwd=ROOT,
            env={**inherited, **addresses},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, phrase: str) -> str:
        """Its output up to the line with this phrase."""
        assert self.process.stdout is not None
        seen = ""
        for line in self.process.stdout:
            seen += line
            if phrase in line:
                return seen
        pytest.fail(f"It ended without saying {phrase!r}:\n{seen}")

    def finish(self) -> str:
        """The rest of its output, once it has ended."""
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return said

    def children(self) -> dict[str, int]:
        """The pids of its living stand-ins, by what they are."""
        found: dict[str, int] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            words = command_line(int(entry.name))
            if len(words) > 2 and words[1] == "-c" and _parent(entry) == self.process.pid:
                found["web" if "http.server" in words[2] else "worker"] = int(entry.name)
        return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _gone(pid: int) -> bool:
    return not command_line(pid)


def _eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def rehearse(var_directory: Path, port: int) -> Iterator[Callable[..., Rehearsal]]:
    begun: list[Rehearsal] = []

    def begin(**options: object) -> Rehearsal:
        begun.append(Rehearsal(var_directory, port, **options))  # type: ignore[arg-type]  # passed on as given
        return begun[-1]

    yield begin
    for rehearsal in begun:
        rehearsal.process.kill()
        rehearsal.process.communicate()


def test_interrupt_stops_everything_cleanly(rehearse: Callable[..., Rehearsal]) -> None:
    first = rehearse()
    said = first.read_until("Ctrl-C (or")
    children = first.children()
    assert set(children) == {"web", "worker"}
    assert "[2/3] Turning the table: done" in said
    assert f"http://127.0.0.1:{first.port}/dev/inbox" in said
    first.process.send_signal(signal.SIGINT)
    assert "Stopped." in first.finish()
    assert first.process.returncode == 0
    assert all(_gone(pid) for pid in children.values())


def test_a_program_that_will_not_end_is_killed_after_the_grace_time(rehearse: Callable[..., Rehearsal]) -> None:
    run = rehearse(options=("--stubborn",))
    run.read_until("Ctrl-C (or")
    worker = run.children()["worker"]
    run.process.terminate()
    run.finish()
    assert run.process.returncode == 0
    assert _gone(worker)


def test_kill_of_the_supervisor_takes_programs_and_servers_along(rehearse: Callable[..., Rehearsal]) -> None:
    run = rehearse(servers=True)
    run.read_until("Ctrl-C (or")
    pids = [*run.children().values(), *(server.pid for server in status(run.var))]
    assert len(pids) == 4
    run.process.kill()
    again = rehearse(servers=True)  # at once, while the others are still dying
    again.read_until("Ctrl-C (or")
    _eventually(lambda: all(_gone(pid) for pid in pids))
    assert len(status(run.var)) == 2
    again.process.terminate()
    assert "Stopped." in again.finish()


def test_what_dies_is_started_again(rehearse: Callable[..., Rehearsal]) -> None:
    run = rehearse(servers=True)
    run.read_until("Ctrl-C (or")
    before = run.children()
    broker = next(server.pid for server in status(run.var) if server.name == "Valkey")
    for pid in (*before.values(), broker):
        os.kill(pid, signal.SIGKILL)

    def all_new() -> bool:
        # The killed ones are seen for a moment after the kill.
        after = run.children()
        return set(after) == {"web", "worker"} and not set(before.values()) & set(after.values())

    _eventually(lambda: all_new() and len(status(run.var)) == 2)
    run.process.terminate()
    said = run.finish()
    assert "worker ended (signal SIGKILL)" in said
    assert "Valkey ended; starting it again." in said
    assert status(run.var) == []


def test_a_second_run_says_what_runs_and_harms_nothing(rehearse: Callable[..., Rehearsal]) -> None:
    first = rehearse()
    first.read_until("Ctrl-C (or")
    second = rehearse()
    said = second.finish()
    assert second.process.returncode == 0
    assert f"http://127.0.0.1:{first.port}/" in said
    assert f"pid {first.process.pid}" in said
    assert first.process.poll() is None
    assert set(first.children()) == {"web", "worker"}


def test_a_port_in_use_is_told_with_its_holder(rehearse: Callable[..., Rehearsal], port: int) -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        holder.listen()
        run = rehearse()
        said = run.finish()
    assert run.process.returncode == 1
    assert f"pid {os.getpid()}" in said
    assert f"PORT={port + 1} make run" in said


def test_a_failing_step_is_named_with_its_fix(rehearse: Callable[..., Rehearsal]) -> None:
    run = rehearse(step_code=3)
    said = run.finish()
    assert run.process.returncode == 1
    assert "Turning the table: failed." in said
    assert "the table is upside down" in said
    assert "What to do: turn it back." in said


def test_the_secret_key_of_a_checkout_is_made_once_and_private(rehearse: Callable[..., Rehearsal]) -> None:
    kept = []
    for _ in range(2):
        run = rehearse()
        run.read_until("Ctrl-C (or")
        run.process.terminate()
        run.finish()
        path = run.var / "secret_key"
        kept.append(path.read_text())
        assert path.stat().st_mode & 0o777 == 0o600
    assert kept[0] == kept[1]
    assert len(kept[0].strip()) >= 32
