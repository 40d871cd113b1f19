"""The note that `program-match run` keeps under var/ while it runs: its process, where it serves, since when."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from webapp.embedded.layout import layout_of


@dataclass(frozen=True, slots=True)
class Running:
    """What the note says."""

    pid: int
    url: str
    since: datetime


def note_of(var: Path) -> Path:
    """Where the note of a var/ directory lies."""
    return layout_of(var).run / "run.json"


def remember(var: Path, url: str) -> None:
    """Write down that this process serves there."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    note_of(var).write_text(json.dumps({"pid": os.getpid(), "url": url, "since": now}), encoding="utf-8")


def find_running(var: Path) -> Running | None:
    """What the note says; None without one that can be read."""
    try:
        known = json.loads(note_of(var).read_text(encoding="utf-8"))
        return Running(int(known["pid"]), str(known["url"]), datetime.fromisoformat(known["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
