"""Limits: asking a partner's caps, hours and pace what they would do with a lead that came now."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.cap import WhenFull
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound
from webapp.domain.limits import Foresight, LeadKind, LimitVerdict
from webapp.domain.partner import PartnerStatus
from webapp.models import Partner
from webapp.queries.cap import list_caps
from webapp.services import cap, schedule


def foresee(session: Session, clock: Clock, partner_id: UUID, kind: LeadKind, *, lead_expiry: timedelta) -> Foresight:
    """What would become of a lead of this kind that came now and counts, if nothing but the limits held it.

    Asks in the order of `services.routing.CHECKS`, with what those checks ask, and takes no place. `lead_expiry` is how
    long such a lead would live. NotFound when there is no such partner.
    """
    partner, now = session.get(Partner, partner_id), clock.now()
    if partner is None:
        raise NotFound("There is no such partner.")
    if partner.status is PartnerStatus.ENDED:
        return Foresight(LimitVerdict.ENDED)
    if partner.status is PartnerStatus.PAUSED:
        return Foresight(LimitVerdict.PAUSED)
    return (
        schedule.find_closed(session, partner, kind, now)
        or _full(session, partner_id, kind, now, now + lead_expiry)
        or schedule.find_paced(session, partner, kind, now, before=now + lead_expiry)
        or Foresight(LimitVerdict.GOES)
    )


def _full(session: Session, partner_id: UUID, kind: LeadKind, now: datetime, expires_at: datetime) -> Foresight | None:
    full = cap.find_full(session, partner_id, kind, now)
    if full is None:
        return None
    row = next(each for each in list_caps(session, partner_id, now) if each.id == full.cap_id)
    waits = full.when_full is WhenFull.HOLD and full.until is not None and full.until < expires_at
    return Foresight(LimitVerdict.FULL, full.until, row.terms, row.about, waits)
