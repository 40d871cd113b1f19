"""Mailboxes: which differently written e-mail addresses arrive in one and the same.

Only what the providers themselves publish is used: Gmail ignores dots and everything after a plus, several others
ignore what follows a plus. Everywhere else an address stands for itself: there a dot or a plus may be another person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class _Provider:
    """What one provider ignores before the @, and the domain that stands for all of its own."""

    domain: str
    ignores: str = ""
    tag: str = "+"


_GMAIL = _Provider("gmail.com", ignores=".")
_PROTON = _Provider("proton.me", ignores="._-")
_PROVIDERS: Mapping[str, _Provider] = MappingProxyType(
    {
        "gmail.com": _GMAIL,
        "googlemail.com": _GMAIL,
        "proton.me": _PROTON,
        "protonmail.com": _PROTON,
        "pm.me": _PROTON,
        **{
            domain: _Provider(domain)
            for domain in (
                *("outlook.com", "hotmail.com", "live.com", "msn.com"),
                *("icloud.com", "me.com", "mac.com"),
                *("fastmail.com", "fastmail.fm", "zoho.com", "hey.com"),
            )
        },
    }
)


def mailbox(address: str) -> str:
    """One spelling for all addresses that reach the same mailbox as `address`; blank for what is no address."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not at or not local or not domain:
        return ""
    provider = _PROVIDERS.get(domain)
    if provider is None:
        return f"{local}@{domain}"
    plain = local.partition(provider.tag)[0].translate({ord(sign): None for sign in provider.ignores})
    # A local part that is nothing but ignored signs is left as it was: it tells nobody apart otherwise.
    return f"{plain or local}@{provider.domain}"
