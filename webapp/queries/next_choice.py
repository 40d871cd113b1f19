"""The next school on a student's own list that can be asked, after one that had no place."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Lead, Match
from webapp.queries.offer import Offer, offers_for


@dataclass(frozen=True, slots=True)
class NextChoice:
    """The best-placed program of the student's list whose school works with us and was not asked by them yet."""

    rank: int
    program: str
    institution: str


def find_next_choice(session: Session, lead_id: UUID) -> NextChoice | None:
    """The next choice after a lead, by the student's own ranking; None when every such school was asked."""
    lead = session.get_one(Lead, lead_id)
    matches = session.execute(
        select(Match.rank, Match.program_id).where(Match.submission_id == lead.submission_id).order_by(Match.rank)
    ).all()
    asked = set(session.scalars(select(Lead.partner_id).where(Lead.prospect_id == lead.prospect_id)))
    offers = offers_for(session, [program_id for _, program_id in matches])
    for rank, program_id in matches:
        offer: Offer | None = offers.get(program_id)
        if offer is not None and offer.partner_id not in asked:
            return NextChoice(rank, offer.program_name, offer.institution)
    return None
