"""What one lead costs its partner."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import PartnerTerms


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in cents and its ISO 4217 currency."""

    cents: int
    currency: str


def find_price(session: Session, *, partner_id: UUID, program_id: str) -> Price | None:  # noqa: ARG001  # groups will have their own
    """The price of one lead on `program_id` under the partner's terms of now; None where nothing was agreed."""
    terms = session.execute(select(PartnerTerms).where(PartnerTerms.partner_id == partner_id)).scalar_one_or_none()
    return Price(terms.price_cents, terms.currency) if terms else None
