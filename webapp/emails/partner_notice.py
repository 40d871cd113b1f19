"""To a partner that has a lead: the student took it back, corrected it or was erased. Names no student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.notice import NoticeKind
from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerNotice:
    """`lead_id` is the id the partner was given with the lead; `acknowledge_url` shows a page with a button.

    The page, not the mail, shows what was corrected.
    """

    footer: Footer
    kind: NoticeKind
    legal_entity: str
    lead_id: str
    program_id: str
    program: str
    decided_at: datetime
    acknowledge_url: str
