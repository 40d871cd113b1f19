"""Asking name servers, for the sender check."""

from __future__ import annotations

from typing import Any, Final, Protocol

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

PATIENCE: Final = 2.0
"""Seconds for each question, over all name servers there are."""


class NoNameServer(Exception):
    """Nobody could be asked: there is no network, or no name server in it."""


class Resolver(Protocol):
    """Answers are without order; none is an empty list. NoNameServer when nobody could be asked."""

    def texts(self, name: str) -> list[str]:
        """TXT records, each put together from its pieces."""
        ...

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses."""
        ...

    def names(self, address: str) -> list[str]:
        """The names an address has (PTR)."""
        ...

    def mail_servers(self, domain: str) -> list[str]:
        """Who takes mail for `domain` (MX), the preferred first."""
        ...


class DnsResolver:
    """A Resolver that asks the name servers this machine is set up with."""

    def texts(self, name: str) -> list[str]:
        return [b"".join(record.strings).decode("utf-8", "replace") for record in _ask(name, "TXT")]

    def addresses(self, name: str) -> list[str]:
        return [record.address for kind in ("A", "AAAA") for record in _ask(name, kind)]

    def names(self, address: str) -> list[str]:
        return [record.target.to_text(omit_final_dot=True) for record in _ask_reverse(address)]

    def mail_servers(self, domain: str) -> list[str]:
        found = sorted(_ask(domain, "MX"), key=lambda record: record.preference)
        # A single dot says that the domain takes no mail (RFC 7505).
        return [name for record in found if (name := record.exchange.to_text(omit_final_dot=True)) not in ("", ".")]


def _ask_reverse(address: str) -> list[Any]:
    return _ask(dns.reversename.from_address(address).to_text(), "PTR")


def _ask(name: str, kind: str) -> list[Any]:
    try:
        resolver = dns.resolver.Resolver()
        return list(resolver.resolve(name, kind, lifetime=PATIENCE, search=False))
    except (
        dns.resolver.NXDOMAIN,
        dns.resolver.NoAnswer,
        dns.name.NameTooLong,
        dns.name.EmptyLabel,
        dns.name.LabelTooLong,
    ):
        return []
    except (dns.exception.DNSException, OSError):
        raise NoNameServer from None
