"""An installation for each test, on servers of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.installation import Installation, running


@pytest.fixture
def installation(var_directory: Path) -> Iterator[Installation]:
    with running(var_directory) as made:
        yield made
