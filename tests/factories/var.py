"""Directories for servers of a test's own: root's PostgreSQL can reach them, and what runs there is stopped."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp import embedded

SCRATCH = "PROGRAM_MATCH_TEST_SCRATCH"
"""The variable that says where throw-away servers lie; `tests/conftest.py` sets it."""


@contextmanager
def own_var() -> Iterator[Path]:
    """A var/ that is not made yet, gone again when the block ends."""
    home = Path(tempfile.mkdtemp(prefix="pm-var-", dir=os.environ[SCRATCH]))
    home.chmod(0o711)
    try:
        yield home / "var"
    finally:
        embedded.stop(home / "var")
        shutil.rmtree(home, ignore_errors=True)
