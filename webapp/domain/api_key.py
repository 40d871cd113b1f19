"""API keys: what a partner's own systems show instead of a password, and what each may do."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from webapp.domain.ids import new_token

KEY: Final = re.compile(r"(pm_(?:test|live)_[0-9a-f]{12})_([A-Za-z0-9_-]{43})")
"""A whole key: the prefix that names it, which may be shown, and its secret of 256 random bits."""
NAME_LIMIT: Final = 100


class Scope(StrEnum):
    """What a key may be allowed to do."""

    PROGRAMS_READ = "programs:read"
    PROGRAMS_PROPOSE = "programs:propose"
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    MATCHES = "matches"


SCOPE_WORDS: Final = {
    Scope.PROGRAMS_READ: "Read published programs.",
    Scope.PROGRAMS_PROPOSE: "Propose changes to your own listings, and see what became of them.",
    Scope.LEADS_READ: "Read your leads, with the student's details once a lead is delivered.",
    Scope.LEADS_WRITE: "Say what became of a lead, and ask for its return.",
    Scope.WEBHOOKS_READ: "Read your webhook endpoints and deliveries.",
    Scope.WEBHOOKS_WRITE: "Add and disable webhook endpoints, and send failed deliveries again.",
    Scope.MATCHES: "Rank programs for a profile, under your own rate limit.",
}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `whole` is shown once; of it only a hash is stored."""

    prefix: str
    whole: str = field(repr=False)


def new_key(*, test: bool) -> NewKey:
    """A fresh key. Its beginning says whether it works on test or on live data."""
    prefix = f"pm_{'test' if test else 'live'}_{secrets.token_hex(6)}"
    return NewKey(prefix, f"{prefix}_{new_token()}")


def prefix_of(presented: str) -> str | None:
    """The prefix of what was presented as a key; None when it has not the form of one."""
    found = KEY.fullmatch(presented)
    return found[1] if found else None


def in_order(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Scopes without repeats, always in the same order."""
    wanted = set(scopes)
    return tuple(scope for scope in Scope if scope in wanted)
