"""What is left to show of somebody who was erased: that it was done, and who was told. No personal data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.ids import token_hash
from webapp.models import ConsentAnchor, Prospect
from webapp.queries.recipients import Recipient, recipients_of


@dataclass(frozen=True, slots=True)
class Receipt:
    """When it was done, which schools were told, and how many consent records are kept since when.

    `last_consent_at` is None once the records were deleted.
    """

    prospect_id: UUID
    erased_at: datetime
    recipients: tuple[Recipient, ...]
    records: int
    last_consent_at: datetime | None


def find_receipt(session: Session, token: str) -> Receipt | None:
    """The receipt behind the my-data link of somebody who was erased; None for everybody else."""
    row = session.execute(
        select(Prospect.id, Prospect.erased_at, ConsentAnchor.records, ConsentAnchor.last_at)
        .outerjoin(ConsentAnchor, ConsentAnchor.prospect_id == Prospect.id)
        .where(Prospect.data_hash == token_hash(token), Prospect.erased_at.is_not(None))
    ).first()
    if row is None or row.erased_at is None:
        return None
    return Receipt(row.id, row.erased_at, recipients_of(session, row.id), row.records or 0, row.last_at)
