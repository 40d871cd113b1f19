"""The sender check: what name servers say of the domain our mail is from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from webapp.domain.sender_check import (
    CheckedPoint,
    Point,
    judge_dkim,
    judge_dmarc,
    judge_ptr,
    judge_return,
    judge_spf,
    not_asked,
    not_signed,
)
from webapp.gateways.dkim import DkimSigner
from webapp.gateways.dns import NoNameServer, Resolver
from webapp.services.letter import Sender


@dataclass(frozen=True, slots=True)
class SenderSetup:
    """How we send. `mail_server` is blank where mail only goes to the development inbox."""

    sender: Sender
    signer: DkimSigner | None
    mail_server: str


def check_sender(setup: SenderSetup, resolver: Resolver) -> tuple[CheckedPoint, ...]:
    """Every point, in order. Talks to name servers: hold no connection meanwhile. Where none answers it says so."""
    is_offline = False
    checked = []
    for point, name, judge in _points(setup, resolver):
        if is_offline:  # Once is enough: each further question would wait as long.
            checked.append(not_asked(point, name))
            continue
        try:
            checked.append(judge())
        except NoNameServer:
            is_offline = True
            checked.append(not_asked(point, name))
    return tuple(checked)


def _points(setup: SenderSetup, resolver: Resolver) -> Iterator[tuple[Point, str, Callable[[], CheckedPoint]]]:
    sender, signer = setup.sender, setup.signer
    envelope = sender.return_domain or sender.domain
    yield Point.SPF, envelope, lambda: judge_spf(envelope, resolver.texts(envelope))
    if signer is None:
        yield Point.DKIM, sender.domain, lambda: not_signed(sender.domain)
    else:
        key, record = f"{signer.selector}._domainkey.{signer.domain}", signer.public_record()
        yield Point.DKIM, key, lambda: judge_dkim(key, resolver.texts(key), record)
    yield Point.DMARC, f"_dmarc.{sender.domain}", lambda: _dmarc(sender, envelope, signer, resolver)
    yield Point.RETURN, envelope, lambda: judge_return(envelope, resolver.mail_servers(envelope))
    if setup.mail_server:
        yield Point.PTR, setup.mail_server, lambda: _ptr(setup.mail_server, resolver)


def _dmarc(sender: Sender, envelope: str, signer: DkimSigner | None, resolver: Resolver) -> CheckedPoint:
    """The record of the domain itself; where it has none, that of the domain above counts (RFC 7489 §6.6.3)."""
    name, above = f"_dmarc.{sender.domain}", sender.domain.partition(".")[2]
    records = resolver.texts(name)
    if not records and "." in above:
        found = resolver.texts(f"_dmarc.{above}")
        if found:
            name, records = f"_dmarc.{above}", found
    return judge_dmarc(name, records, sender=sender.domain, envelope=envelope, signer=signer.domain if signer else None)


def _ptr(host: str, resolver: Resolver) -> CheckedPoint:
    addresses = resolver.addresses(host)
    return judge_ptr(host, addresses, _names_back(addresses, resolver))


def _names_back(addresses: Sequence[str], resolver: Resolver) -> Mapping[str, Sequence[str]]:
    """The names of each address that lead back to it: others anybody could have put there."""
    return {
        address: [name for name in resolver.names(address) if address in resolver.addresses(name)]
        for address in addresses
    }
