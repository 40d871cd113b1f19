"""A partner's open cycles: what was billed so far and on no invoice yet, and when each closes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.partner import PartnerStatus
from webapp.domain.terms import FeeKind
from webapp.models import Partner
from webapp.queries.ledger import CycleRow, cycle_report
from webapp.queries.terms import Terms, find_terms


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """One cycle and currency. Cents; credits are negative; the three parts add up to `total_cents`.

    `flat_to_come_cents` are the flat fees of the terms, which are added when it closes. `last_day` is in the partner's
    calendar.
    """

    kind: CycleKind
    starts_on: date
    last_day: date
    ends_at: datetime
    currency: str
    leads: int
    credits: int
    lead_cents: int
    flat_cents: int
    credit_cents: int
    total_cents: int
    flat_to_come_cents: int


def list_open_cycles(session: Session, partner_id: UUID, now: datetime) -> tuple[OpenCycle, ...]:
    """The cycle of now, also where nothing was billed in it yet, and those that wait to be closed; the newest first.

    None where the partner has no terms.
    """
    partner = session.execute(select(Partner).where(Partner.id == partner_id)).scalar_one()
    terms = find_terms(session, partner_id, now)
    open_rows = [row for row in cycle_report(session, partner_id=partner_id) if row.closed_at is None]
    found = [_billed(session, row, partner) for row in open_rows]
    if terms is not None and not any(each.ends_at > now and each.currency == terms.currency for each in found):
        found.insert(0, _empty(session, terms, partner, now))
    return tuple(found)


def _billed(session: Session, row: CycleRow, partner: Partner) -> OpenCycle:
    return OpenCycle(
        kind=row.kind,
        starts_on=row.starts_on,
        last_day=_last_day(row.ends_at, partner),
        ends_at=row.ends_at,
        currency=row.currency,
        leads=row.leads,
        credits=row.credits,
        lead_cents=row.lead_cents,
        flat_cents=row.flat_cents,
        credit_cents=row.credit_cents,
        total_cents=row.total_cents,
        flat_to_come_cents=_flat(session, partner, row.kind, row.currency, row.starts_at),
    )


def _empty(session: Session, terms: Terms, partner: Partner, now: datetime) -> OpenCycle:
    period = terms.cycle.period(now, ZoneInfo(partner.time_zone))
    return OpenCycle(
        kind=terms.cycle,
        starts_on=period.starts_on,
        last_day=_last_day(period.ends_at, partner),
        ends_at=period.ends_at,
        currency=terms.currency,
        leads=0,
        credits=0,
        lead_cents=0,
        flat_cents=0,
        credit_cents=0,
        total_cents=0,
        flat_to_come_cents=_flat(session, partner, terms.cycle, terms.currency, period.starts_at),
    )


def _flat(session: Session, partner: Partner, kind: CycleKind, currency: str, starts_at: datetime) -> int:
    """As `services.invoice` bills it: by the terms in force when the cycle began, for a cycle of their kind."""
    terms = find_terms(session, partner.id, starts_at)
    if partner.status not in (PartnerStatus.LIVE, PartnerStatus.PAUSED) or terms is None:
        return 0
    if terms.cycle is not kind or terms.currency != currency or terms.in_force_at > starts_at:
        return 0
    return sum(fee.cents for fee in terms.fees if fee.kind is FeeKind.FLAT_PER_CYCLE)


def _last_day(ends_at: datetime, partner: Partner) -> date:
    return (ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(partner.time_zone)).date()
