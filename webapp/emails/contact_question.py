"""To a student some days after a school got their details: did it contact you?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class ContactQuestion:
    """`answer_url` shows the one question with its two buttons; opening it answers nothing."""

    footer: Footer
    first_name: str
    legal_entity: str
    program: str
    delivered_at: datetime
    answer_url: str
