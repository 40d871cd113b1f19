"""A TCP port on this machine: whether it is free, and if not, who holds it."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

LISTENING = "0A"


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def who_listens(port: int) -> str:
    """The program and pid that listen on the port, as far as this user may see; else "another program"."""
    sockets = _listening_sockets(port)
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for handle in (entry / "fd").iterdir():
                if os.readlink(handle) in sockets:
                    return f"{(entry / 'comm').read_text().strip()} (pid {entry.name})"
    return "another program"


def _listening_sockets(port: int) -> set[str]:
    found: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return found
