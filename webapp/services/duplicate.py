"""Duplicates: the same person introduced to the same partner again."""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from webapp.domain.lead import LeadStatus
from webapp.models import Lead, Prospect

DUPLICATE_WINDOW = timedelta(days=90)
_WITH_PARTNER = (LeadStatus.QUEUED, LeadStatus.DELIVERING, LeadStatus.DELIVERED, LeadStatus.DUPLICATE_AT_PARTNER)


def is_duplicate(session: Session, lead: Lead, now: datetime) -> bool:
    """Whether the same address was introduced to the same partner lately. Locks that pair until commit."""
    email_key = session.execute(select(Prospect.email_key).where(Prospect.id == lead.prospect_id)).scalar_one()
    session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{email_key.hex()}:{lead.partner_id}", 0)))
    )
    other, who = aliased(Lead), aliased(Prospect)
    return bool(
        session.execute(
            select(
                exists()
                .where(other.partner_id == lead.partner_id, other.id != lead.id, other.prospect_id == who.id)
                .where(who.email_key == email_key, other.status.in_(_WITH_PARTNER))
                .where(other.created_at > now - DUPLICATE_WINDOW, other.test == lead.test)
            )
        ).scalar()
    )
