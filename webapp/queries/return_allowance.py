"""What a partner may still return: until when one lead, and how many more of the cycle that it was billed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.terms import DEFAULT_RETURN_DAYS
from webapp.models import Lead, LeadCharge, LeadReturn
from webapp.queries.terms import Terms, find_terms


@dataclass(frozen=True, slots=True)
class Share:
    """Of `billed` leads of one cycle `most` may be returned by the partner, and `used` were asked for or approved."""

    percent: int
    billed: int
    most: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the terms of a lead's delivery say about its return. `share` is None where they set no limit.

    `automatic` are the reasons that need no decision; for a test lead none does.
    """

    ends_at: datetime
    days: int
    share: Share | None
    automatic: frozenset[ReturnReason]


def find_allowance(session: Session, partner_id: UUID, lead_id: UUID) -> Allowance | None:
    """What may be returned of the partner's lead; None when it was not delivered, or is not the partner's."""
    lead = session.get(Lead, lead_id)
    if lead is None or lead.partner_id != partner_id or lead.delivered_at is None:
        return None
    terms = find_terms(session, partner_id, lead.delivered_at)
    return Allowance(
        ends_at=window_end(lead.delivered_at, terms),
        days=terms.return_days if terms else DEFAULT_RETURN_DAYS,
        share=find_share(session, lead_id, terms),
        automatic=frozenset(ReturnReason) if not lead.counts else terms.auto_returns if terms else frozenset(),
    )


def window_end(delivered_at: datetime, terms: Terms | None) -> datetime:
    """Until when a lead may be returned."""
    return delivered_at + timedelta(days=terms.return_days if terms else DEFAULT_RETURN_DAYS)


def find_share(session: Session, lead_id: UUID, terms: Terms | None) -> Share | None:
    """How many leads of the cycle that a lead was billed in may be returned; None where there is no limit.

    One may always be. The student's own complaints are not counted.
    """
    billed = session.get(LeadCharge, lead_id)
    if terms is None or terms.return_percent is None or billed is None or billed.cycle_id is None:
        return None
    in_cycle = select(func.count()).select_from(LeadCharge).where(LeadCharge.cycle_id == billed.cycle_id)
    delivered = session.execute(in_cycle).scalar_one()
    given_back = session.execute(
        in_cycle.join(LeadReturn, LeadReturn.lead_id == LeadCharge.lead_id).where(
            LeadReturn.status != ReturnStatus.DENIED, LeadReturn.reason != ReturnReason.STUDENT_COMPLAINT
        )
    ).scalar_one()
    most = max(1, delivered * terms.return_percent // 100)
    return Share(terms.return_percent, delivered, most, given_back)
