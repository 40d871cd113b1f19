"""What a partner asks of the leads it takes."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.duplicate import MatchSet
from webapp.domain.screening import Screening
from webapp.models import ScreeningPolicy


def screening_of(session: Session, partner_id: UUID) -> Screening:
    """The partner's settings; the defaults where it made none."""
    row = session.get(ScreeningPolicy, partner_id)
    return Screening() if row is None else _settings(row)


def screenings_of(session: Session, partner_ids: Collection[UUID]) -> dict[UUID, Screening]:
    """The settings of each of these partners, by one statement however many there are."""
    rows = session.scalars(select(ScreeningPolicy).where(ScreeningPolicy.partner_id.in_(partner_ids)))
    made = {row.partner_id: _settings(row) for row in rows}
    return {each: made.get(each, Screening()) for each in partner_ids}


def _settings(row: ScreeningPolicy) -> Screening:
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
