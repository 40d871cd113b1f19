"""What the servers have in common: found again by their note, started once, waited for, stopped for certain."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from webapp.embedded.error import EmbeddedServerError
from webapp.embedded.layout import Layout
from webapp.embedded.log import why_it_ended
from webapp.embedded.process import end, identify
from webapp.embedded.record import Record, drop_record, read_record, write_record

POLL_SECONDS = 0.02
PATIENT_SECONDS = 3.0


class Server(ABC):
    """One server of one var/."""

    name: ClassVar[str]
    word: ClassVar[str]
    ready_seconds: ClassVar[float]
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]]

    def __init__(self, layout: Layout, *, durable: bool = True) -> None:
        self._layout = layout
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        self._note = layout.run / f"{self.word}.json"
        self._log = layout.log / f"{self.word}.log"

    @abstractmethod
    def start(self, progress: Callable[[str], None]) -> Record:
        """Start it and wait until it answers. The caller holds the lock and has seen that none runs."""

    @abstractmethod
    def ready(self, record: Record) -> bool:
        """Whether it takes commands now: neither still starting nor already ending."""

    @abstractmethod
    def url(self, record: Record) -> str:
        """The address clients take."""

    def running(self) -> Record | None:
        """The server that runs on this var now, whoever started it."""
        if self._child is not None:
            self._child.poll()
        record = read_record(self._note)
        return record if record is not None and record.running() else None

    def joined(self) -> Record | None:
        """The server that runs and answers; waits for one that is still starting, and for one that is ending to end."""
        deadline = time.monotonic() + self.ready_seconds
        while (record := self.running()) is not None:
            if self.ready(record):
                return record
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"{self.name} runs (pid {record.identity.pid}) but does not answer. "
                    f"End it with `kill {record.identity.pid}` and start again; its log is {self._log}."
                )
            time.sleep(POLL_SECONDS)
        return None

    def stop(self) -> None:
        """Stop whichever server runs on this var, keeping everything it was given."""
        if (record := self.running()) is not None:
            end(record.identity, self.stop_steps)
        drop_record(self._note)
        self._reap()

    def owned(self) -> bool:
        """Whether this object started the server that runs now, rather than somebody else before or after it."""
        record = self.running()
        return record is not None and self._child is not None and record.identity.pid == self._child.pid

    def kill(self) -> None:
        """End it as a power cut would (for tests of recovery)."""
        if (record := self.running()) is not None:
            end(record.identity, ((signal.SIGKILL, 5.0),))
        self._reap()

    def _begin(
        self,
        spawned: Callable[[], subprocess.Popen[bytes]],
        *,
        sockets: Path,
        mark: str,
        slow: Callable[[], None],
    ) -> Record:
        """Spawn, note, wait until ready. `slow` is called once when it takes more than a few seconds."""
        said_before = self._log.stat().st_size if self._log.exists() else 0
        self._child = child = spawned()
        identity = identify(child.pid)
        if identity is None:
            raise EmbeddedServerError(why_it_ended(self.name, self._log, said_before))
        record = Record(identity, sockets, mark)
        write_record(self._note, record)
        began = time.monotonic()
        told = False
        while not self.ready(record):
            waited = time.monotonic() - began
            if child.poll() is not None:
                drop_record(self._note)
                raise EmbeddedServerError(why_it_ended(self.name, self._log, said_before))
            if waited > self.ready_seconds:
                self.stop()
                raise EmbeddedServerError(f"{self.name} was not ready after {waited:.0f} s. Its log is {self._log}.")
            if waited > PATIENT_SECONDS and not told:
                told = True
                slow()
            time.sleep(POLL_SECONDS)
        return record

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None
