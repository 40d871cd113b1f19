"""To a partner that takes its leads in files: one is ready. Names no student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerBatch:
    """`due_at` is in the partner's own time zone; `file_url` asks for its log-in."""

    footer: Footer
    legal_entity: str
    leads: int
    due_at: datetime
    file_url: str
