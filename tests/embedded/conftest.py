"""A database made once and copied, because making one costs a second of two cores."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.var import SCRATCH
from webapp.embedded import running_servers


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A var/ whose servers ran once."""
    home = Path(tempfile.mkdtemp(prefix="pm-var-", dir=os.environ[SCRATCH]))
    home.chmod(0o711)
    with running_servers(home / "var", durable=False):
        pass
    yield home / "var"
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def used_var(var_directory: Path, made_once: Path) -> Path:
    """A var/ of one's own whose servers ran before and do not now."""
    subprocess.run(["cp", "-a", str(made_once), str(var_directory)], check=True)
    return var_directory
