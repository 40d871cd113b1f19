"""To a partner that has a lead: the student took the consent back. Names no student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerLeadWithdrawn:
    """`lead_id` is the id the partner was given with the lead; `delivered_at` is when it was given."""

    footer: Footer
    legal_entity: str
    lead_id: str
    program_id: str
    program: str
    delivered_at: datetime
    withdrawn_at: datetime
