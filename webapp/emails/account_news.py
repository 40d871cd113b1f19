"""To whoever has an account: what changed on the way into it, so that they notice when it was not they."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.staff_session import AccountNews
from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class AccountNewsMail:
    """`account_url` asks for a log-in. `is_staff`: of the back office, else of the partner portal."""

    footer: Footer
    news: AccountNews
    happened_at: datetime
    account_url: str
    is_staff: bool
