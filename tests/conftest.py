"""Fixtures every floor may use: real servers, a migrated database, a session that rolls back."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
import redis
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from tests.factories.var import SCRATCH, own_var
from webapp import embedded

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "program_match_template"
WAITING = ("crash", "e2e", "embedded")
LONGEST_FIRST = ("ui", "student", "matching", "admin", "partner")
STARTER_WAITS_SECONDS = 900.0  # for the other xdist workers to finish with the servers it started
MEMORY = Path("/dev/shm")  # noqa: S108  (what lies in it is private)
ROOMY_BYTES = 8 * 2**30  # a whole run takes three
ABANDONED_SECONDS = 3600.0


def pytest_configure() -> None:
    """Choose, once for all xdist workers, where servers that are thrown away keep their files: in memory, if there is
    plenty.

    A database is over a thousand files. Where many were removed lately, ext4 looks long for the number of each new one:
    half of what PostgreSQL computed in the whole run was that.
    """
    if SCRATCH not in os.environ:
        _forget_the_dead(MEMORY)
        os.environ[SCRATCH] = str(MEMORY) if _is_roomy(MEMORY) else tempfile.gettempdir()


def _forget_the_dead(directory: Path) -> None:
    """Give back what runs that were killed left: it takes memory. What is young may be of a run that is beginning."""
    for left in [*directory.glob(f"pm-tests-{os.geteuid()}-*"), *directory.glob("pm-var-*")]:
        with suppress(FileNotFoundError):  # another run may do the same
            found = left.lstat()
            old = found.st_uid == os.geteuid() and time.time() - found.st_mtime > ABANDONED_SECONDS
            if old and not any(embedded.status(var) for var in (left, left / "var")):
                shutil.rmtree(left, ignore_errors=True)


def _is_roomy(directory: Path) -> bool:
    try:
        free = shutil.disk_usage(directory).free
        known = dict(line.split()[:2] for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    except OSError:
        return False
    return os.access(directory, os.W_OK) and min(free, int(known["MemAvailable:"]) * 1024) > ROOMY_BYTES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the long files, so that no worker is left alone with one of them at the end.

    One that mostly waits for processes of its own comes first, and then one after every two that compute, so that while
    one waits others have the processor.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [path for floor in WAITING for path in files if _floor(path) == floor]
    floors = {name: place for place, name in enumerate(LONGEST_FIRST)}
    computing = [path for path in files if _floor(path) not in WAITING]
    computing.sort(key=lambda path: floors.get(_floor(path), len(floors)))
    order, waiting = waiting[:1], waiting[1:]
    while waiting or computing:
        order += [*computing[:2], *waiting[:1]]
        computing, waiting = computing[2:], waiting[1:]
    items[:] = [item for path in order for item in files[path]]


def _floor(path: Path) -> str:
    return path.relative_to(ROOT / "tests").parts[0]


class CompiledTemplates(BytecodeCache):
    """Templates compiled once a process, for all the applications that tests make."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}


gc.disable()  # while all that is imported here and by the tests is loaded: what is loaded stays


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not walk it again and again, which took a tenth of the time."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Collect until nothing is found, so that all is reported; pytest and Python need not walk the rest thrice more."""
    while gc.collect():
        pass
    gc.freeze()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The directory of public reference data (real listings, vectors of standards)."""
    path = Path(os.environ.get("PROGRAM_MATCH_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.fail(f"The tests' reference data is not at {path}: set PROGRAM_MATCH_DATA to its directory.")
    return path


@pytest.fixture(scope="session")
def worker_number() -> int:
    """Which xdist worker this is, from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def shared_var() -> Iterator[Path]:
    """One var/ for the whole test run, shared by all xdist workers."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)[:12]
    path = Path(os.environ[SCRATCH]) / f"pm-tests-{os.geteuid()}-{run}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.lstat().st_uid != os.geteuid():
        pytest.fail(f"{path} belongs to somebody else.")
    path.chmod(0o711)
    yield path
    if not embedded.status(path):
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(shared_var: Path) -> Iterator[embedded.Addresses]:
    """PostgreSQL and Valkey for the whole run: those of DATABASE_URL and REDIS_URL, else embedded and not durable."""
    database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    with embedded.running_servers(
        shared_var,
        database=not database_url,
        broker=not redis_url,
        durable=False,
        patience=STARTER_WAITS_SECONDS,
    ) as found:
        yield embedded.Addresses(database_url or found.database_url, redis_url or found.redis_url)


@pytest.fixture(scope="session")
def template_database(servers: embedded.Addresses, shared_var: Path) -> Iterator[str]:
    """The name of a database that was migrated once and that others are copied from."""
    from webapp.upgrade import upgrade_database  # seconds of imports that the tests of the pure floors need not pay

    own = not os.environ.get("DATABASE_URL")
    name = TEMPLATE if own else f"{TEMPLATE}_{uuid.uuid4().hex[:12]}"
    with _locked(shared_var / "template.lock"):
        if not _database_exists(servers.database_url, name):
            try:
                _execute(servers.database_url, f'CREATE DATABASE "{name}"')
                upgrade_database(_with_database(servers.database_url, name))
            except BaseException:
                _execute(servers.database_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                raise
    yield name
    if not own:
        _execute(servers.database_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def make_database(
    servers: embedded.Addresses, template_database: str, shared_var: Path
) -> Callable[[], AbstractContextManager[str]]:
    """A factory of migrated, empty databases: `with make_database() as url`.

    On somebody else's server each is dropped when its block ends. Our own is thrown away whole: to drop one of its
    databases is to have it write down all the others first. For the same reason copies are made of files and not
    through the log, which is 25 times as fast while nothing waits to be written.
    """
    own = not os.environ.get("DATABASE_URL")

    @contextmanager
    def fresh() -> Iterator[str]:
        name = f"pm_test_{uuid.uuid4().hex}"
        with _locked(shared_var / "template.lock"):  # two copies of one template at once disturb each other
            statement = f'CREATE DATABASE "{name}" TEMPLATE "{template_database}" STRATEGY FILE_COPY'
            _execute(servers.database_url, statement)
        try:
            yield _with_database(servers.database_url, name)
        finally:
            if not own:
                _execute(servers.database_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    return fresh


@pytest.fixture(scope="session")
def database_url(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The migrated database of this xdist worker. Tests on it must roll back: commits stay for the next test."""
    with make_database() as url:
        yield url


@pytest.fixture
def fresh_database_url(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A migrated, empty database for one test that commits."""
    with make_database() as url:
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on this worker's database."""
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints inside a transaction that is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
            yield made
        outer.rollback()


@pytest.fixture
def redis_url(servers: embedded.Addresses, worker_number: int) -> Iterator[str]:
    """An empty Redis database for one test, emptied again afterwards. Somebody's own data is never flushed."""
    base = servers.redis_url.partition("?")[0]
    number = 15 - worker_number % 16
    url = f"{base}?db={number}"
    with redis.Redis.from_url(url) as client:
        if not os.environ.get("REDIS_URL"):
            client.flushdb()  # our own server: a nudge on its way may have come after the last test had ended
        elif client.dbsize() != 0:
            pytest.fail(f"Redis database {number} at {base} is in use; the tests want it empty.")
        yield url
        client.flushdb()


@pytest.fixture
def var_directory() -> Iterator[Path]:
    """A var/ of its own for a test that kills servers."""
    with own_var() as made:
        yield made


@pytest.fixture(scope="session")
def made_var(shared_var: Path) -> Path:
    """A var/ whose servers ran once and hold the migrated database; made by the first worker that asks."""
    from webapp.upgrade import upgrade_database  # seconds of imports that the tests of the pure floors need not pay

    made = shared_var / "made"
    with _locked(shared_var / "made.lock"):
        if not made.exists():
            unfinished = shared_var / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            with embedded.running_servers(unfinished, durable=False) as addresses:
                upgrade_database(addresses.database_url)
            unfinished.rename(made)
    return made


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database_exists(url: str, name: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
    engine.dispose()
    return found is not None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
