"""To a student whose introductions wait, since those schools take confirmed addresses only: confirm yours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class ConfirmIntroductions:
    """`schools` wait for it, by their legal names. `confirm_url` shows a page with a button until `ends_at`.

    Whoever reads this may be a stranger whose address was typed: the footer has no link to anybody's page.
    """

    footer: Footer
    schools: tuple[str, ...]
    confirm_url: str
    ends_at: datetime
    is_reminder: bool = False
