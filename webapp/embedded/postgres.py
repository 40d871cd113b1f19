"""PostgreSQL under var/: started, joined, stopped, recovered."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from webapp.embedded.account import can_enter
from webapp.embedded.cluster import SUPERUSER, prepare_cluster
from webapp.embedded.error import EmbeddedServerError
from webapp.embedded.installation import PostgresInstallation
from webapp.embedded.layout import private_directory
from webapp.embedded.log import open_log
from webapp.embedded.process import (
    Account,
    Identity,
    command_line,
    end,
    identify,
    spawn,
    taken,
    wait_gone,
    working_in,
)
from webapp.embedded.record import Record
from webapp.embedded.server import Server

DATABASE = "program_match"
PORT = 5432  # no TCP port: only a part of the socket's name

# Text of a failed statement and of a broken unique key may hold a student's address: neither goes to the log.
QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_parameter_max_length_on_error": "0"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres(Server):
    """One PostgreSQL server for one var/."""

    name = "PostgreSQL"
    word = "postgres"
    ready_seconds = 180.0  # crash recovery after a busy hour takes tens of seconds
    stop_steps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    def start(self, progress: Callable[[str], None]) -> Record:
        """Start it, on a new cluster if there is none, and wait until it takes connections."""
        data, installation, account = prepare_cluster(self._layout, durable=self._durable, progress=progress)
        _clear_leftovers(data)
        home = self._layout.socket_home(reachable=account is None or can_enter(self._layout.run, account))
        uid, gid = (account.uid, account.gid) if account else (None, -1)
        sockets = private_directory(home / "postgres", uid=uid, gid=gid)
        for left in sockets.glob(f".s.PGSQL.{PORT}*"):  # its lock names a pid too, with the same trouble
            left.unlink()
        record = self._begin(
            lambda: self._spawn(installation, data, sockets, account),
            sockets=sockets,
            mark=str(data),
            slow=lambda: progress("PostgreSQL is recovering from an unclean end; this can take a minute"),
        )
        _create_database(sockets)
        return record

    def ready(self, record: Record) -> bool:
        """What the server itself says of its state, in the last line of its pid file."""
        try:
            lines = (Path(record.mark) / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(record.identity.pid) and lines[7].strip() == "ready"

    def kill(self) -> None:
        """End it and its sessions as a power cut would (for tests of recovery)."""
        record = self.running()
        backends = working_in(Path(record.mark)) if record else []
        super().kill()
        for process in backends:
            end(process, ((signal.SIGKILL, 5.0),))

    def url(self, record: Record) -> str:
        """The address of the application's database, for SQLAlchemy with psycopg 3."""
        host = quote(str(record.sockets), safe="/")
        return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?host={host}&port={PORT}"

    def _spawn(
        self, installation: PostgresInstallation, data: Path, sockets: Path, account: Account | None
    ) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **QUIET,
            **({} if self._durable else FAST),
        }
        command: list[str | Path] = [installation.program("postgres"), "-D", data]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        with open_log(self._log) as output:
            return spawn(
                command,
                output=output,
                directory=data,
                environment={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
                when_parent_dies=signal.SIGINT,  # a fast shutdown, even with sessions open
                account=account,
            )


def _clear_leftovers(data: Path) -> None:
    """Make way after an unclean end.

    PostgreSQL itself copes with a pid file whose number is free, but not when it names another program, or a dead
    server that nobody has buried (containers without an init): that file is removed, once no process works on the
    data any more. A live server we did not note is left alone and named.
    """
    pid_file = data / "postmaster.pid"
    try:
        named = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        named = 0
    holder = identify(named)
    if holder is not None and _serves(holder, data):
        raise EmbeddedServerError(
            f"A PostgreSQL that Program Match did not start (pid {named}) already runs on {data}. "
            "Stop it, or set DATABASE_URL to it."
        )
    for orphan in working_in(data):  # sessions of a killed server: they end by themselves, as a rule at once
        if not wait_gone(orphan, 3.0):
            end(orphan, ((signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)))
    if taken(named):
        pid_file.unlink(missing_ok=True)


def _serves(holder: Identity, data: Path) -> bool:
    words = command_line(holder.pid)
    return bool(words) and "postgres" in Path(words[0]).name and str(data) in words


def _create_database(sockets: Path) -> None:
    address = {"host": str(sockets), "port": PORT, "user": SUPERUSER, "dbname": "postgres"}
    try:
        with psycopg.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]  # a mixed mapping
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.Error as error:
        raise EmbeddedServerError(f"PostgreSQL started but the database could not be made: {error}") from error
