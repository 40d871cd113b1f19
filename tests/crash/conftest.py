"""An installation for each test, on servers of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.installation import Installation, running


@pytest.fixture
def installation(migrated_var: Path) -> Iterator[Installation]:
    with running(migrated_var) as made:
        yield made
