"""PostgreSQL and Valkey from wheels, under var/, for whoever has no servers of their own."""

from webapp.embedded.error import EmbeddedServerError
from webapp.embedded.servers import Addresses, EmbeddedServers, RunningServer, kill, running_servers, status, stop

__all__ = [
    "Addresses",
    "EmbeddedServerError",
    "EmbeddedServers",
    "RunningServer",
    "kill",
    "running_servers",
    "status",
    "stop",
]
