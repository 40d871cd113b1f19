"""Both servers of one var/: joined when they run, started when they do not, stopped by the one who started them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.layout import layout_of
from webapp.embedded.lock import Attendance, exclusive
from webapp.embedded.postgres import Postgres
from webapp.embedded.server import Server
from webapp.embedded.valkey import Valkey

LOCK_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers listen. A server that was not asked for has an empty address."""

    database_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that runs now."""

    name: str
    pid: int


def _quiet(_: str) -> None:
    return


class EmbeddedServers:
    """The servers of one var/ as one user of them sees them.

    Whoever starts a server is its parent: on Linux the kernel ends the server when the *thread* that called `start`
    ends, so call it from the main thread. Others join; when the starter leaves first it waits up to `patience`
    seconds for them to finish before it stops what it started.
    """

    def __init__(
        self,
        var: Path,
        *,
        database: bool = True,
        broker: bool = True,
        progress: Callable[[str], None] | None = None,
        durable: bool = True,
        patience: float = 60.0,
    ) -> None:
        self._layout = layout_of(var)
        self._progress = progress or _quiet
        self._patience = patience
        self._attendance = Attendance(self._layout.run / "users.lock")
        self._postgres = Postgres(self._layout, durable=durable) if database else None
        self._valkey = Valkey(self._layout, durable=durable) if broker else None
        self._started: list[Server] = []

    def start(self) -> Addresses:
        """Start or join each server. Calling it again restarts what has died since.

        Raises EmbeddedServerError with the cause and the fix.
        """
        self._layout.prepare()
        with self._lock():
            addresses = Addresses(self._ensure(self._postgres), self._ensure(self._valkey))
            self._attendance.enter()
        return addresses

    def stop(self) -> None:
        """Stop the servers this object started, after waiting `patience` seconds for others who use them."""
        self._attendance.leave()
        if not any(server.owned() for server in self._started):
            self._started.clear()
            return
        with self._lock():  # newcomers wait here and then start servers of their own
            if not self._attendance.wait_until_empty(0):
                self._progress("Waiting for another program-match that still uses the servers")
                self._attendance.wait_until_empty(self._patience)
            while self._started:
                server = self._started.pop()
                if server.owned():
                    server.stop()

    @property
    def started(self) -> tuple[str, ...]:
        """The names of the servers this object started rather than joined."""
        return tuple(server.name for server in self._started)

    def died(self) -> list[str]:
        """The names of servers that should run and do not."""
        return [one.name for one in (self._postgres, self._valkey) if one is not None and one.running() is None]

    def _ensure(self, server: Server | None) -> str:
        if server is None:
            return ""
        record = server.joined()
        if record is None:
            self._progress(f"Starting {server.name}")
            if server not in self._started:
                self._started.append(server)
            record = server.start(self._progress)
        return server.url(record)

    def _lock(self) -> AbstractContextManager[None]:
        return exclusive(
            self._layout.run / "servers.lock",
            seconds=LOCK_SECONDS,
            when_waiting=lambda: self._progress("Waiting for another program-match that starts or stops the servers"),
        )


@contextmanager
def running_servers(
    var: Path,
    *,
    database: bool = True,
    broker: bool = True,
    progress: Callable[[str], None] | None = None,
    durable: bool = True,
    patience: float = 60.0,
) -> Iterator[Addresses]:
    """The servers of this var/ for as long as the block lasts.

    Starts what does not run, joins what does, and at the end stops only what it started (once others who joined are
    done, at most `patience` seconds later). `durable=False` trades crash safety for speed, for tests that throw the
    data away. Call from the main thread. Raises EmbeddedServerError, whose message says what to do.
    """
    servers = EmbeddedServers(
        var, database=database, broker=broker, progress=progress, durable=durable, patience=patience
    )
    try:
        yield servers.start()
    finally:
        servers.stop()


def status(var: Path) -> list[RunningServer]:
    """The servers that run on this var/ now."""
    layout = layout_of(var)
    servers: tuple[Server, ...] = (Postgres(layout), Valkey(layout))
    running = ((server.name, server.running()) for server in servers)
    return [RunningServer(name, record.identity.pid) for name, record in running if record is not None]


def stop(var: Path) -> None:
    """Stop the servers of this var/ cleanly, whoever started and whoever uses them."""
    layout = layout_of(var)
    if not layout.run.is_dir():
        return
    with exclusive(layout.run / "servers.lock", seconds=LOCK_SECONDS):
        Valkey(layout).stop()
        Postgres(layout).stop()


def kill(var: Path, *, database: bool = True, broker: bool = True) -> None:
    """End the servers of this var/ as a power cut would (for tests of recovery)."""
    layout = layout_of(var)
    if database:
        Postgres(layout).kill()
    if broker:
        Valkey(layout).kill()
