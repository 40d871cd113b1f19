"""To a member of staff: a link to set a password, for the first time or anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.staff_session import StaffAccessPurpose
from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """`access_url` shows a page with a form: opening it changes nothing. Nothing in the mail was typed by anybody."""

    footer: Footer
    purpose: StaffAccessPurpose
    access_url: str
    expires_at: datetime
