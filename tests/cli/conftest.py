"""What the tests of the shell share."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from webapp.embedded import Addresses


@pytest.fixture
def empty_database_url(servers: Addresses) -> Iterator[str]:
    """A database without tables."""
    name = f"pm_empty_{uuid.uuid4().hex}"
    engine = create_engine(servers.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield make_url(servers.database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()
