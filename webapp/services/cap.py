"""Caps: exact under any number of workers, because the database does the counting."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.terms import CapPeriod
from webapp.models import CapUse, Lead, Partner, PartnerTerms


def reserve(session: Session, lead: Lead, now: datetime) -> datetime | None:
    """Take one place in each of the partner's caps. None when taken; otherwise when to try again.

    The check and the count are one conditional UPDATE, so two workers cannot both take the last place. All or nothing:
    what was taken is given back if a later cap is full. Test leads take no place.
    """
    if lead.test:
        return None
    partner = session.get_one(Partner, lead.partner_id)
    zone = ZoneInfo(partner.time_zone)
    terms = session.execute(select(PartnerTerms).where(PartnerTerms.partner_id == partner.id)).scalar_one_or_none()
    taken: dict[CapPeriod, date] = {}
    # Always in the order day, month: two workers that need both cannot wait for each other.
    for period, limit in _caps(terms):
        starts_on = period.key(now, zone)
        if not _take(session, lead, period, starts_on, limit):
            for other, other_start in taken.items():
                _give_back(session, lead, other, other_start)
            return period.next_start(now, zone)
        taken[period] = starts_on
    lead.cap_day, lead.cap_month = taken.get(CapPeriod.DAY), taken.get(CapPeriod.MONTH)
    return None


def release(session: Session, lead: Lead) -> None:
    """Give back what `lead` has taken, in the periods it was taken from. Safe to call twice."""
    for period, starts_on in ((CapPeriod.DAY, lead.cap_day), (CapPeriod.MONTH, lead.cap_month)):
        if starts_on is not None:
            _give_back(session, lead, period, starts_on)
    lead.cap_day = lead.cap_month = None


def _caps(terms: PartnerTerms | None) -> Iterator[tuple[CapPeriod, int]]:
    if terms is None:
        return
    if terms.daily_cap is not None:
        yield CapPeriod.DAY, terms.daily_cap
    if terms.monthly_cap is not None:
        yield CapPeriod.MONTH, terms.monthly_cap


def _take(session: Session, lead: Lead, period: CapPeriod, starts_on: date, limit: int) -> bool:
    session.execute(
        insert(CapUse)
        .values(partner_id=lead.partner_id, period=period, starts_on=starts_on, used=0)
        .on_conflict_do_nothing()
    )
    taken = session.execute(
        update(CapUse)
        .where(
            CapUse.partner_id == lead.partner_id,
            CapUse.period == period,
            CapUse.starts_on == starts_on,
            CapUse.used < limit,
        )
        .values(used=CapUse.used + 1)
        .returning(CapUse.used)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def _give_back(session: Session, lead: Lead, period: CapPeriod, starts_on: date) -> None:
    session.execute(
        update(CapUse)
        .where(CapUse.partner_id == lead.partner_id, CapUse.period == period, CapUse.starts_on == starts_on)
        .values(used=CapUse.used - 1)
        .execution_options(synchronize_session=False)
    )
