"""To a member of staff: something that cannot wait until somebody looks. Names no student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.staff_alert import AlertKind
from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class StaffAlert:
    """Of `mails` of the last seven days, `complaints` were reported as unwanted. `page_url` asks for a log-in."""

    footer: Footer
    kind: AlertKind
    mails: int
    complaints: int
    noticed_at: datetime
    page_url: str
