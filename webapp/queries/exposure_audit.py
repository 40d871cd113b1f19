"""The exposure audits that were made, as kept."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import ExposureAudit
from webapp.queries.day_count import day_of


@dataclass(frozen=True, slots=True)
class KeptAudit:
    """One audit. Shares are of 0 to 1; what compares the two sides is None where no programs fitted alike."""

    at: datetime
    submissions: int
    partner_places: int
    other_places: int
    partner_rank: float | None
    other_rank: float | None
    partner_share: float
    other_share: float
    published_share: float | None
    compared: int
    observed: float | None
    expected: float | None
    p_value: float | None


def list_audits(session: Session, first: date, last: date) -> tuple[KeptAudit, ...]:
    """The last audit of each day (UTC) from `first` to `last`, both included, the oldest first."""
    since = datetime.combine(first, time(), tzinfo=UTC)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    latest = (
        select(func.max(ExposureAudit.at))
        .where(ExposureAudit.at >= since, ExposureAudit.at < until)
        .group_by(day_of(ExposureAudit.at))
    )
    rows = session.scalars(select(ExposureAudit).where(ExposureAudit.at.in_(latest)).order_by(ExposureAudit.at))
    return tuple(KeptAudit(**{name: getattr(row, name) for name in KeptAudit.__dataclass_fields__}) for row in rows)
