"""What a partner asks of the leads it takes."""

from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.duplicate import MatchSet
from webapp.domain.screening import Screening
from webapp.models import ScreeningPolicy


def screening_of(session: Session, partner_id: UUID) -> Screening:
    """The partner's settings; the defaults where it made none."""
    row = session.get(ScreeningPolicy, partner_id)
    if row is None:
        return Screening()
    return Screening(
        match_sets=tuple(MatchSet(kind) for kind in row.match_sets),
        in_flight_holds=row.in_flight_holds,
        partner_days=row.partner_days,
        partner_holds=row.partner_holds,
        system_days=row.system_days,
        system_holds=row.system_holds,
        confirmed_email_only=row.confirmed_email_only,
        cautions_hold=row.cautions_hold,
        complaint_percent=row.complaint_percent,
        complaint_sample=row.complaint_sample,
        complaint_days=row.complaint_days,
    )
