"""File locks the kernel lets go of when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.embedded.error import EmbeddedServerError, explain_os_error

POLL_SECONDS = 0.02


@contextmanager
def exclusive(path: Path, *, seconds: float, when_waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock alone. `when_waiting` is called once if somebody else has it; gives up after `seconds`."""
    handle = _open(path)
    try:
        if not _acquire(handle, fcntl.LOCK_EX, seconds=0):
            if when_waiting is not None:
                when_waiting()
            if not _acquire(handle, fcntl.LOCK_EX, seconds=seconds):
                raise EmbeddedServerError(
                    f"Another program-match has been starting or stopping the servers for {seconds:.0f} s "
                    f"(it holds {path}). Wait for it, or end that process, and start again."
                )
        yield
    finally:
        os.close(handle)


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold the lock if nobody else does. True when it is ours, False when somebody else has it."""
    handle = _open(path)
    try:
        yield _acquire(handle, fcntl.LOCK_EX, seconds=0)
    finally:
        os.close(handle)


class Attendance:
    """A shared lock that says "I use the servers"; whoever wants to stop them can wait until nobody does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def enter(self) -> None:
        """Count us in. Never blocks: only shared locks are held for longer than a moment."""
        if self._handle is None:
            self._handle = _open(self._path)
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Count us out."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether nobody is counted in any more, within this time."""
        handle = _open(self._path)
        try:
            return _acquire(handle, fcntl.LOCK_EX, seconds=seconds)
        finally:
            os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise explain_os_error(error, doing="Opening a lock file") from error


def _acquire(handle: int, kind: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True
