"""Which addresses we may talk to when somebody else chose the URL (server-side request forgery, OWASP A10:2021).

A name is resolved once, every address it has is judged, and the caller connects to the judged addresses themselves:
a name server that answers differently the next time changes nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from webapp.gateways.errors import Permanent, Retryable

Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) -> addresses as text; raises OSError when there are none."""

MAX_URL: Final = 2000
MAX_ADDRESSES: Final = 8

# The registries of special-purpose addresses (RFC 6890 and its updates), written out: the tables in the standard
# library's ipaddress differ between patch releases. The last two belong to cloud platforms' inside services.
_CLOSED_V4: Final = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32", "100.100.100.200/32",
    )
)  # fmt: skip
# In IPv6 only 2000::/3 is given out. Inside it: protocol assignments with Teredo, documentation, 6to4, AS112.
_OPEN_V6: Final = ip_network("2000::/3")
_CLOSED_V6: Final = tuple(
    ip_network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

_BAD_CHARACTER: Final = re.compile(r"[\x00-\x20\x7f\\]")
_NAME: Final = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT_IN_PATH: Final = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect and what to ask for. `addresses` are judged; `host` is for Host, SNI and the certificate."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """The Host header: the port is named only when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"


def resolve_with_system(host: str, port: int) -> Sequence[str]:
    """The system's own name look-up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def guard(url: str, *, allow_loopback: bool, resolve: Resolver = resolve_with_system) -> Target:
    """The target of `url`, after one look-up.

    Permanent with `url_refused` or `address_refused` when we must not go there, Retryable `name_not_resolved` when the
    name has no address now. With `allow_loopback` (development), loopback is let through, and plain http to it.
    """
    parts, port = _split(url)
    host = _canonical_host(parts.hostname or "")
    literal = _literal(host)
    found = [str(literal)] if literal is not None else _look_up(host, port, resolve)
    for address in found:
        judge(address, allow_loopback=allow_loopback)
    # Only loopback is let through unsealed, and every address is judged before this, so one stands for all.
    if parts.scheme == "http" and not all(_parsed(address).is_loopback for address in found):
        raise _refused("The address must begin with https://.")
    path = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    query = f"?{quote(parts.query, safe=_KEPT_IN_PATH + '?')}" if parts.query else ""
    return Target(parts.scheme, host, port, path + query, tuple(found[:MAX_ADDRESSES]))


def check_form(url: str, *, allow_loopback: bool) -> None:
    """Raises Permanent where `url` cannot be an address we post to, whatever its name leads to. Looks nothing up.

    With `allow_loopback` (development) plain http is let through here; `guard` asks where it leads.
    """
    parts, _ = _split(url)
    literal = _literal(_canonical_host(parts.hostname or ""))
    if literal is not None:
        judge(str(literal), allow_loopback=allow_loopback)
    if parts.scheme == "http" and not allow_loopback:
        raise _refused("The address must begin with https://.")


def judge(address: str, *, allow_loopback: bool) -> None:
    """Raises Permanent `address_refused` unless `address` is a public unicast one (or allowed loopback)."""
    parsed = _parsed(address)
    if parsed.is_loopback and allow_loopback:
        return
    if isinstance(parsed, IPv4Address):
        closed = any(parsed in net for net in _CLOSED_V4)
    else:
        closed = parsed not in _OPEN_V6 or any(parsed in net for net in _CLOSED_V6)
    if closed or not parsed.is_global:
        raise Permanent("address_refused", text="The name leads to an address inside a private or special network.")


def _split(url: str) -> tuple[SplitResult, int]:
    if len(url) > MAX_URL or _BAD_CHARACTER.search(url):
        raise _refused("The address holds characters that do not belong in one, or is too long.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise _refused("The address cannot be read.") from fault
    if parts.scheme not in ("http", "https"):
        raise _refused("The address must begin with https://.")
    if "@" in parts.netloc:
        raise _refused("The address must not hold a user name or password.")
    if "[" in parts.netloc and ":" not in (parts.hostname or ""):
        raise _refused("What stands in brackets is not an IPv6 address.")
    if port == 0:
        raise _refused("The port must be 1 or more.")
    return parts, port or _default_port(parts.scheme)


def _canonical_host(host: str) -> str:
    """The host in lower case and ASCII, refused when it is a number written in a way that hides which one."""
    if ":" in host:
        if "%" in host:
            raise _refused("The address must not name a network interface.")
        return host
    try:
        name = host.rstrip(".") if host.isascii() else host.encode("idna").decode("ascii").rstrip(".")
    except UnicodeError as fault:
        raise _refused("The host name cannot be read.") from fault
    name = name.lower()
    if not _NAME.fullmatch(name):
        raise _refused("The host name cannot be read.")
    if _NUMERIC_LABEL.fullmatch(name.rpartition(".")[2]) and _literal(name) is None:
        raise _refused("Write the network address as four plain decimal numbers, or use a name.")
    return name


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _look_up(host: str, port: int, resolve: Resolver) -> list[str]:
    try:
        found = list(resolve(host, port))
    except (OSError, UnicodeError) as fault:
        raise Retryable("name_not_resolved", text="The host name has no address at the moment.") from fault
    if not found:
        raise Retryable("name_not_resolved", text="The host name has no address at the moment.")
    return found


def _parsed(address: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(address)
    except ValueError as fault:
        raise Permanent("address_refused", text="The name leads to something that is no address.") from fault


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _refused(text: str) -> Permanent:
    return Permanent("url_refused", text=text)
