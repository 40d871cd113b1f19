"""The note a running server leaves: who it is and where it listens."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.process import Identity, alive, command_line


@dataclass(frozen=True, slots=True)
class Record:
    """A server that was started: its process, the directory of its socket, and a word its command line must hold."""

    identity: Identity
    sockets: Path
    mark: str

    def running(self) -> bool:
        """Whether that very process still runs and is still that server: same start time, same command line."""
        return alive(self.identity) and self.mark in command_line(self.identity.pid)


def write_record(path: Path, record: Record) -> None:
    """Note it, all or nothing."""
    fresh = path.with_suffix(".new")
    body = {
        "pid": record.identity.pid,
        "started": record.identity.started,
        "sockets": str(record.sockets),
        "mark": record.mark,
    }
    fresh.write_text(json.dumps(body), encoding="utf-8")
    os.replace(fresh, path)


def read_record(path: Path) -> Record | None:
    """The note, or None when there is none or it is damaged (it is only a hint: the process is what counts)."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Record(Identity(int(body["pid"]), str(body["started"])), Path(body["sockets"]), str(body["mark"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def drop_record(path: Path) -> None:
    """Forget it."""
    path.unlink(missing_ok=True)
