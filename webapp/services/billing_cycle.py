"""Billing cycles: finding the one that an entry goes into, and having them there for fees of no lead."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.ids import new_id
from webapp.domain.terms import FeeKind
from webapp.models import BillingCycle, Fee, Partner, TermsVersion
from webapp.queries.terms import find_terms


def open_cycle(session: Session, partner_id: UUID, at: datetime) -> UUID:
    """The cycle that what happens `at` is billed in, made if it is not there; the one after it once it is closed.

    It is locked against being closed until the transaction ends. Whoever needs a charge too locks that afterwards.
    """
    kind, zone = _kind_and_zone(session, partner_id, at)
    while True:
        cycle = _shared(session, ensure(session, partner_id, kind, zone, at))
        if cycle.closed_at is None:
            return cycle.id
        at = _after(cycle, kind, zone, at)


def ensure(session: Session, partner_id: UUID, kind: CycleKind, zone: ZoneInfo, at: datetime) -> UUID:
    """The cycle of that kind that `at` falls in."""
    period = kind.period(at, zone)
    session.execute(
        insert(BillingCycle)
        .values(
            id=new_id(),
            partner_id=partner_id,
            kind=kind,
            starts_on=period.starts_on,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
        )
        .on_conflict_do_nothing()
    )
    return session.execute(
        select(BillingCycle.id).where(
            BillingCycle.partner_id == partner_id,
            BillingCycle.kind == kind,
            BillingCycle.starts_on == period.starts_on,
        )
    ).scalar_one()


def prepare(session: Session, now: datetime) -> None:
    """Have the cycles there, up to that of now, of each partner that owes a fee for a cycle without any lead."""
    flat = select(TermsVersion.partner_id).join(Fee, Fee.terms_id == TermsVersion.id)
    flat = flat.where(Fee.kind == FeeKind.FLAT_PER_CYCLE, Fee.cents > 0, TermsVersion.in_force_at <= now).distinct()
    for partner_id in session.scalars(flat.order_by(TermsVersion.partner_id)).all():
        _fill_up(session, partner_id, now)


def _fill_up(session: Session, partner_id: UUID, now: datetime) -> None:
    last = session.execute(
        select(BillingCycle.ends_at)
        .where(BillingCycle.partner_id == partner_id)
        .order_by(BillingCycle.ends_at.desc())
        .limit(1)
    ).scalar()
    first = session.execute(
        select(TermsVersion.in_force_at)
        .where(TermsVersion.partner_id == partner_id)
        .order_by(TermsVersion.in_force_at)
        .limit(1)
    ).scalar_one()
    at = last or first
    while at <= now:
        kind, zone = _kind_and_zone(session, partner_id, at)
        at = _after(session.get_one(BillingCycle, ensure(session, partner_id, kind, zone, at)), kind, zone, at)


def _after(cycle: BillingCycle, kind: CycleKind, zone: ZoneInfo, at: datetime) -> datetime:
    """When the cycle after that of `at` begins; always later than `at`, though the partner may have moved its clock."""
    return max(cycle.ends_at, kind.period(at, zone).ends_at)


def _kind_and_zone(session: Session, partner_id: UUID, at: datetime) -> tuple[CycleKind, ZoneInfo]:
    terms = find_terms(session, partner_id, at)
    partner = session.get_one(Partner, partner_id)
    return terms.cycle if terms else CycleKind.MONTHLY, ZoneInfo(partner.time_zone)


def _shared(session: Session, cycle_id: UUID) -> BillingCycle:
    return session.execute(
        select(BillingCycle)
        .where(BillingCycle.id == cycle_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).scalar_one()
