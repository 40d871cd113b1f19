"""An installation for each test. Whoever kills servers has servers of its own; whoever kills workers has none."""

import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, make_url, text

from tests.crash.installation import Installation, running
from tests.factories.var import own_var
from webapp.embedded import Addresses, EmbeddedServers
from webapp.embedded.postgres import DATABASE


@pytest.fixture
def installation(fresh_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Installation]:
    """On the servers of the whole run."""
    with running(Addresses(fresh_database_url, redis_url), tmp_path) as made:
        yield made


@dataclass(frozen=True)
class OwnServers:
    """Servers that a test may kill, durable as in production, with a migrated database."""

    var: Path
    servers: EmbeddedServers


@pytest.fixture(scope="module")
def own_servers(made_var: Path) -> Iterator[OwnServers]:
    with own_var() as var:
        subprocess.run(["cp", "-a", str(made_var), str(var)], check=True)  # migrating it would take five seconds
        servers = EmbeddedServers(var)
        servers.start()
        yield OwnServers(var, servers)
        servers.stop()


@pytest.fixture
def exposed(own_servers: OwnServers, tmp_path: Path) -> Iterator[Installation]:
    """On servers that the test kills."""
    addresses = own_servers.servers.start()
    name = f"exposed_{uuid.uuid4().hex}"
    engine = create_engine(make_url(addresses.database_url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{DATABASE}"'))
    engine.dispose()
    url = make_url(addresses.database_url).set(database=name).render_as_string(hide_password=False)
    with redis.Redis.from_url(addresses.redis_url) as client:
        client.flushall()
    with running(Addresses(url, addresses.redis_url), tmp_path) as made:
        yield made
