"""The time zone a student lives in, as far as they told."""

from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.time_zone import guess_time_zone
from webapp.models import Lead, Submission


def home_zones(session: Session, prospect_ids: Collection[UUID]) -> dict[UUID, ZoneInfo]:
    """The zone of each of these students that is known: the one they named, else that of the place they gave."""
    if not prospect_ids:
        return {}
    zones: dict[UUID, str | None] = {}
    places = session.execute(
        select(Submission.prospect_id, Submission.profile)
        .where(Submission.prospect_id.in_(prospect_ids))
        .order_by(Submission.created_at, Submission.id)
    )
    for prospect_id, profile in places:
        place = profile.get("practical", {})
        zones[prospect_id] = guess_time_zone(place.get("country"), place.get("state"), place.get("postal_code"))
    named = session.execute(
        select(Lead.prospect_id, Lead.contact_preferences)
        .where(Lead.prospect_id.in_(prospect_ids))
        .order_by(Lead.created_at, Lead.id)
    )
    for prospect_id, preferences in named:
        zones[prospect_id] = ContactPreferences.from_json(preferences).time_zone or zones.get(prospect_id)
    return {prospect_id: ZoneInfo(zone) for prospect_id, zone in zones.items() if zone}
