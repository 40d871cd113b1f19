"""To a partner that has a lead: how far did you come with it? Names no student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """`status_url` shows a page with a form; opening it changes nothing, and it takes one answer."""

    footer: Footer
    legal_entity: str
    lead_id: str
    program_id: str
    program: str
    delivered_at: datetime
    valid_until: datetime
    status_url: str
