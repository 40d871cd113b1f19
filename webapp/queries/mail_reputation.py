"""How our mail is taken, and whether mail that can be stopped may go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.mail_reputation import LOOK_AGAIN, Reputation
from webapp.models import MailReputation


@dataclass(frozen=True, slots=True)
class MeasuredReputation:
    """The last measurement. `stopped_at` and `alarmed_at` are set while that lasts."""

    reputation: Reputation
    measured_at: datetime
    alarmed_at: datetime | None
    stopped_at: datetime | None
    overruled_until: datetime | None


def find_reputation(session: Session) -> MeasuredReputation | None:
    """The last measurement; None before the first."""
    row = session.execute(select(MailReputation)).scalar_one_or_none()
    if row is None:
        return None
    return MeasuredReputation(
        Reputation(row.handed_over, row.complained),
        row.measured_at,
        row.alarmed_at,
        row.stopped_at,
        row.overruled_until,
    )


def held_until(session: Session, now: datetime) -> datetime | None:
    """When mail that can be stopped looks again whether it may go; None while it may."""
    row = session.execute(select(MailReputation.stopped_at, MailReputation.overruled_until)).first()
    if row is None or row.stopped_at is None or (row.overruled_until is not None and row.overruled_until > now):
        return None
    return now + LOOK_AGAIN
