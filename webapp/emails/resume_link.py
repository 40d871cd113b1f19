"""The link that opens a form on another device, mailed because somebody asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class ResumeLink:
    """`expires_at` is when the link stops working. Nothing in the mail was typed by anybody."""

    footer: Footer
    resume_url: str
    expires_at: datetime
