"""To a partner whose system does not take what we send: it fails, or nothing more is sent to it. Names no student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerMethod:
    """`disabled` says which of the two. `goes_on`: another method takes over. `host` is where we post to."""

    footer: Footer
    legal_entity: str
    disabled: bool
    host: str
    failures: int
    since: datetime | None
    goes_on: bool
    methods_url: str
