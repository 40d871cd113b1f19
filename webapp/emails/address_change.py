"""To the address a student has had so far: another one was given in its place. It names neither person nor address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class AddressChange:
    """`page_url` is the way to stop it; "" once the new address was confirmed, and it is too late for that."""

    footer: Footer
    asked_at: datetime
    valid_until: datetime
    page_url: str
