"""The hidden ticket of a request form: which draft it was shown for, its nonce, and when it was shown. Signed.

The nonce makes many posts of one page one submission. Because it is signed together with the draft, a nonce of another
student's page cannot be used to be sent to that student's pages.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.ids import new_token

SALT = f"request-form {CONSENT_TEXT_VERSION}"
"""A page that was shown with older consent words has no valid ticket: the student is asked to look again."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One showing of the form."""

    draft_id: UUID
    nonce: str
    shown_at: datetime
    about: str = ""
    """A digest of what the page showed, where what is sent must be what was shown."""


def new_ticket(draft_id: UUID, now: datetime, about: str = "") -> Ticket:
    """A ticket for a page that is shown now."""
    return Ticket(draft_id, new_token(), now, about)


def sealed(ticket: Ticket, secret: str) -> str:
    """The ticket as text for a hidden field."""
    told = [ticket.draft_id.hex, ticket.nonce, ticket.shown_at.timestamp(), ticket.about]
    return str(URLSafeSerializer(secret, salt=SALT).dumps(told))


def opened(text: str, secret: str, draft_id: UUID) -> Ticket | None:
    """The ticket in `text`, or None where it is not ours or was made for another draft."""
    try:
        hexed, nonce, shown, about = URLSafeSerializer(secret, salt=SALT).loads(text)
        ticket = Ticket(UUID(hexed), str(nonce), datetime.fromtimestamp(shown, UTC), str(about))
    except (BadData, ValueError, TypeError):
        return None
    return ticket if ticket.draft_id == draft_id else None
