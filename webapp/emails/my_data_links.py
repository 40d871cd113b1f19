"""To somebody who asked for the way back into their own pages: one link for each request they made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class RequestLink:
    """One request: when it was made, to how many schools, and the address of its page, which opens like a key."""

    asked_at: datetime
    schools: int
    page_url: str


@dataclass(frozen=True, slots=True)
class MyDataLinks:
    """`requests` are newest first. `confirm_url` is blank where the address was confirmed before."""

    footer: Footer
    requests: tuple[RequestLink, ...]
    confirm_url: str = ""
