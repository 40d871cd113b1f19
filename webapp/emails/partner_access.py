"""To somebody of a partner's team: a link to set a password, for the first time or anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.partner_role import AccessPurpose
from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerAccess:
    """`access_url` shows a page with a form: opening it changes nothing. Nothing in the mail was typed by anybody."""

    footer: Footer
    purpose: AccessPurpose
    legal_entity: str
    access_url: str
    expires_at: datetime
