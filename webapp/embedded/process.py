"""Processes: who a pid really is, how to start one that dies with us, how to stop one for certain."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launcher.py")
PROC = Path("/proc")
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """A pid together with the moment it began, so that a reused pid is never taken for the one we knew."""

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Account:
    """An operating-system user to run a server as."""

    uid: int
    gid: int
    name: str


def identify(pid: int) -> Identity | None:
    """Who holds this pid now; None when nobody does, or only a zombie."""
    if pid <= 0:
        return None
    if not PROC.joinpath("self", "stat").exists():
        return _identify_by_ps(pid)
    try:
        stat = PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace")
        boot = PROC.joinpath("sys", "kernel", "random", "boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    if fields[0] in ("Z", "X"):
        return None
    return Identity(pid, f"{boot}:{fields[19]}")


def command_line(pid: int) -> tuple[str, ...]:
    """The words a process was started with; empty when it is gone or hidden from us."""
    try:
        raw = PROC.joinpath(str(pid), "cmdline").read_bytes()
    except OSError:
        if PROC.joinpath("self").exists():
            return ()
        return tuple(_ps(pid, "command=").split())
    return tuple(word.decode("utf-8", "replace") for word in raw.split(b"\0") if word)


def alive(identity: Identity) -> bool:
    """Whether exactly this process still runs."""
    return identify(identity.pid) == identity


def taken(pid: int) -> bool:
    """Whether the number is in use at all, be it by a zombie or by a process we may not signal."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def working_in(directory: Path) -> list[Identity]:
    """Processes whose working directory is this one (Linux; elsewhere none are found)."""
    found: list[Identity] = []
    for entry in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(directory) and (identity := identify(int(entry.name))):
                found.append(identity)
    return found


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    directory: Path,
    environment: Mapping[str, str],
    when_parent_dies: signal.Signals | None,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own (the terminal's Ctrl-C is ours to pass on), as `account` if given.

    On Linux the kernel sends it `when_parent_dies` when the *thread* that called this ends: call from the main thread.
    """
    words = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(when_parent_dies or 0))]
    words += [str(account.uid), str(account.gid)] if account else ["-1", "-1"]
    words += [str(directory), *map(str, command)]
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        start_new_session=True,
    )


def run_as(
    account: Account | None, command: Sequence[str | Path], *, environment: Mapping[str, str]
) -> tuple[int, str]:
    """Run a short program to its end as `account`. Its exit code and all it said."""
    child = spawn(
        command,
        output=subprocess.PIPE,
        directory=Path("/"),
        environment=environment,
        when_parent_dies=signal.SIGKILL,
        account=account,
    )
    said, _ = child.communicate()
    return child.returncode, said.decode("utf-8", "replace")


def end(identity: Identity, steps: Iterable[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn, giving the process that many seconds to go. True once it is gone."""
    for number, seconds in steps:
        if not send(identity, number):
            return True
        if wait_gone(identity, seconds):
            return True
    return not alive(identity)


def send(identity: Identity, number: signal.Signals) -> bool:
    """Signal exactly this process. False when it is gone already."""
    if not alive(identity):
        return False
    try:
        os.kill(identity.pid, number)
    except ProcessLookupError:
        return False
    return True


def wait_gone(identity: Identity, seconds: float) -> bool:
    """Whether the process is gone within this time."""
    deadline = time.monotonic() + seconds
    while alive(identity):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
    return True


def _ps(pid: int, column: str) -> str:
    answer = subprocess.run(["ps", "-o", column, "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def _identify_by_ps(pid: int) -> Identity | None:
    started = _ps(pid, "lstart=")
    if not started or _ps(pid, "state=").startswith("Z"):
        return None
    return Identity(pid, started)


def follow_parent(number: signal.Signals) -> None:
    """Ask the kernel (Linux) to signal us when the process that started us ends, however it ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
