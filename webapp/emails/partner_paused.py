"""To a partner that was paused because too many students complained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerPaused:
    """Of `delivered` leads of the last `days`, `complaints` were complained about; up to `percent` of 100 may be."""

    footer: Footer
    legal_entity: str
    complaints: int
    delivered: int
    days: int
    percent: int
    kinds: tuple[str, ...]
    paused_at: datetime
