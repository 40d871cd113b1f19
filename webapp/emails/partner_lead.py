"""To a partner that takes its leads by mail: the lead itself, or only a link to it. The subject names no student."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class PartnerLead:
    """`facts` are (label, value) pairs; none where the mail may hold only the link. `test` marks invented students."""

    footer: Footer
    legal_entity: str
    lead_id: str
    program: str
    test: bool
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    lead_url: str
