"""The log file of a process of ours."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import IO

from webapp.embedded.error import explain_log, explain_os_error

TAIL_BYTES = 20_000
KEEP_BYTES = 10_000_000


def open_log(path: Path) -> IO[bytes]:
    """Open it to append, for us alone. One that has grown too long is put aside first."""
    trim_log(path)
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "ab")
    except OSError as error:
        raise explain_os_error(error, doing=f"Opening the log {path}") from error


def trim_log(path: Path) -> None:
    """Past 10 MB, keep what was written as `<name>.1` and begin anew, also under a process that goes on writing."""
    with contextlib.suppress(OSError):  # a full disk must not stop what is being logged
        if path.stat().st_size > KEEP_BYTES:
            shutil.copyfile(path, path.with_name(f"{path.name}.1"))
            os.truncate(path, 0)


def tail_of(path: Path, since: int = 0) -> str:
    """What was written after `since`, at most the last 20 kB."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = since if since <= size else 0
            file.seek(max(start, size - TAIL_BYTES))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""


def why_it_ended(name: str, path: Path, since: int) -> str:
    """A server's last words and, when the cause is a known one, the fix."""
    said = tail_of(path, since)
    last = " / ".join(said.splitlines()[-3:]) or "it said nothing"
    return f"{name} ended while starting: {last}. {explain_log(said)} Its log is {path}.".replace("  ", " ")
