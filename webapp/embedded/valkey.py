"""Valkey under var/: the broker, with an append-only file so that a kill loses at most a second of messages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from webapp.embedded.error import EmbeddedServerError, explain_os_error
from webapp.embedded.installation import valkey_server
from webapp.embedded.layout import private_directory
from webapp.embedded.log import open_log
from webapp.embedded.process import spawn
from webapp.embedded.record import Record
from webapp.embedded.server import Server

SOCKET = "valkey.sock"

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "set-proc-title": "no",  # else it rewrites the command line by which we know it again
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-load-truncated": "yes",
    "save": "",
    "maxmemory-policy": "noeviction",
    "enable-debug-command": "no",
    "enable-module-command": "no",
}


class Valkey(Server):
    """One Valkey server for one var/."""

    name = "Valkey"
    word = "valkey"
    ready_seconds = 60.0
    stop_steps = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))

    def start(self, progress: Callable[[str], None]) -> Record:
        """Start it and wait until it has read its file and answers."""
        program = valkey_server()
        data = self._layout.var / "valkey"
        try:
            data.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, doing=f"Making {data}") from error
        sockets = private_directory(self._layout.socket_home() / "valkey")
        if _ping(sockets / SOCKET):
            raise EmbeddedServerError(
                f"A server that Program Match did not start answers at {sockets / SOCKET}. "
                "Stop it, or set REDIS_URL to it."
            )
        return self._begin(
            lambda: self._spawn(program, data, sockets),
            sockets=sockets,
            mark=str(data),
            slow=lambda: progress("Valkey is reading its file"),
        )

    def ready(self, record: Record) -> bool:
        """Whether it answers a ping."""
        return _ping(record.sockets / SOCKET)

    def url(self, record: Record) -> str:
        """The address as redis-py takes it."""
        return f"unix://{quote(str(record.sockets / SOCKET), safe='/')}?db=0"

    def _spawn(self, program: Path, data: Path, sockets: Path) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, "dir": str(data), "unixsocket": str(sockets / SOCKET)}
        if not self._durable:
            settings["appendfsync"] = "no"
        command: list[str | Path] = [program]
        for key, value in settings.items():
            command += [f"--{key}", value]
        with open_log(self._log) as output:
            return spawn(
                command,
                output=output,
                directory=data,
                environment={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
                when_parent_dies=signal.SIGTERM,
            )


def _ping(path: Path) -> bool:
    """Whether a server at this socket says it is ready for commands."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
