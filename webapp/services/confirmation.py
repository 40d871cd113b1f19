"""Asking a student whether an address is theirs, where a partner takes confirmed addresses only.

The lead waits as `held_review` with the reason `awaiting_confirmation`, and moves on by itself when the button behind
the mailed link is pressed (`services.correction.confirm_own_address`), or ends with its time.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.lead import AWAITING_CONFIRMATION
from webapp.domain.message import MessageClass, Template
from webapp.models import Lead, LeadEvent, Prospect
from webapp.services import message

REMINDER_AFTER: Final = timedelta(days=3)


def is_confirmed(session: Session, prospect_id: UUID) -> bool:
    """Whether somebody who reads at the address of this request said that it is theirs.

    Asked of each request anew: whoever types another person's address gains nothing by what that person confirmed.
    """
    return (
        session.execute(select(Prospect.email_confirmed_at).where(Prospect.id == prospect_id)).scalar_one() is not None
    )


def ask(session: Session, lead: Lead, *, at: datetime) -> datetime | None:
    """Mail the link, and once more after a few days, whatever the number of leads that wait for it.

    When to look again: at the time of that reminder; None when it was sent, since nothing is left to do then.
    """
    first = session.execute(
        select(func.min(LeadEvent.at))
        .join(Lead, Lead.id == LeadEvent.lead_id)
        .where(Lead.prospect_id == lead.prospect_id, LeadEvent.reason == AWAITING_CONFIRMATION)
    ).scalar()
    remind_at = (first or at) + REMINDER_AFTER
    is_due = at >= remind_at
    message.queue(
        session,
        key=f"prospect:{lead.prospect_id}:{Template.CONFIRM_INTRODUCTIONS}:{2 if is_due else 1}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.CONFIRM_INTRODUCTIONS,
        at=at,
        prospect_id=lead.prospect_id,
        submission_id=lead.submission_id,
    )
    return None if is_due else remind_at
