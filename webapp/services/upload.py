"""Uploaded files that wait between being checked and being applied: on disk under random names, for one day."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_token

KEPT: Final = timedelta(hours=24)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One waiting file. `about` is whatever the page that took it in wants to find again, as JSON."""

    token: str
    path: Path
    staff_id: UUID
    kept_at: datetime
    about: Mapping[str, Any]


def keep(
    folder: Path, clock: Clock, stream: BinaryIO, *, staff_id: UUID, about: Mapping[str, Any], max_bytes: int
) -> Upload:
    """Write `stream` to a new file in `folder` that only this user of the machine can read.

    Refused when it is larger than `max_bytes`; what was written until then is deleted.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = new_token()
    kept = Upload(token, folder / f"{token}.data", staff_id, clock.now(), dict(about))
    try:
        _copy(stream, kept.path, max_bytes)
        describe(kept, about)
    except BaseException:
        discard(kept)
        raise
    return kept


def describe(upload: Upload, about: Mapping[str, Any]) -> None:
    """Replace what is kept beside the file."""
    told = {"staff_id": str(upload.staff_id), "kept_at": upload.kept_at.isoformat(), "about": dict(about)}
    with _private(upload.path.with_suffix(".json")) as file:
        file.write(json.dumps(told).encode())


def find(folder: Path, clock: Clock, token: str, *, staff_id: UUID) -> Upload:
    """The waiting file of that name. NotFound when there is none, it is another's, or it is older than a day."""
    missing = NotFound("This file is no longer here. Send it again.")
    if not _TOKEN.fullmatch(token):
        raise missing
    path = folder / f"{token}.data"
    try:
        told = json.loads(path.with_suffix(".json").read_bytes())
    except FileNotFoundError:
        raise missing from None
    found = Upload(token, path, UUID(told["staff_id"]), datetime.fromisoformat(told["kept_at"]), told["about"])
    if found.staff_id != staff_id or found.kept_at + KEPT <= clock.now() or not path.exists():
        raise missing
    return found


def discard(upload: Upload) -> None:
    """Delete the file and what is kept beside it. Harmless when they are gone."""
    upload.path.unlink(missing_ok=True)
    upload.path.with_suffix(".json").unlink(missing_ok=True)


def discard_old(folder: Path, clock: Clock) -> int:
    """Delete what has waited for more than a day; how many files."""
    if not folder.is_dir():
        return 0
    oldest = (clock.now() - KEPT).timestamp()
    old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _copy(stream: BinaryIO, path: Path, max_bytes: int) -> None:
    total = 0
    with _private(path) as file:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > max_bytes:
                limit = f"{max_bytes // 1024 // 1024} MB"
                raise Refused(Problem("file", f"It is larger than {limit}.", "Divide it, or import it from the shell."))
            file.write(chunk)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
