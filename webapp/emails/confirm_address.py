"""To an address that somebody gave as their new one: is it yours? Names nobody, since it may be a stranger's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """`confirm_url` shows a page with a button until `valid_until`. The footer has no link to anybody's page."""

    footer: Footer
    confirm_url: str
    valid_until: datetime
