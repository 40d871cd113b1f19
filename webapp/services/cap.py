"""Caps: exact under any number of workers, because the database does the counting."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.cap import CapMeasure, WhenFull
from webapp.domain.errors import NotFound
from webapp.domain.limits import LeadKind
from webapp.models import Cap, CapCounter, CapReservation, GroupedProgram, Lead, Partner, Submission
from webapp.services.price import Price, find_price


@dataclass(frozen=True, slots=True)
class Full:
    """The first cap without a place. `until` is when its next period starts; None when it has none."""

    cap_id: UUID
    until: datetime | None
    when_full: WhenFull


def reserve(session: Session, lead: Lead, now: datetime) -> Full | None:
    """Take a place in each of the caps that `lead` falls under; None when taken, otherwise the first that is full.

    The check and the count are one conditional UPDATE, so two workers cannot both take the last place. All or nothing:
    what was taken is given back if a later cap is full. Leads that do not count take no place. What a budget pays is
    the price of now; a lead of another currency, or without a price, takes nothing of it.
    """
    if not lead.counts:
        return None
    hold_still(session, lead.partner_id)
    zone = ZoneInfo(session.get_one(Partner, lead.partner_id).time_zone)
    price = find_price(session, partner_id=lead.partner_id, program_id=lead.program_id, at=now)
    # Always in one order: two workers that need two caps cannot wait for each other.
    for cap in _caps_over(session, lead.partner_id, lead.program_id, _state_of(lead)):
        start = cap.period.start(now, zone)
        if not _take(session, lead, cap, start, _amount(cap, price)):
            release(session, lead)
            return Full(cap.id, cap.period.next_start(now, zone), cap.when_full)
    return None


def find_full(session: Session, partner_id: UUID, kind: LeadKind, now: datetime) -> Full | None:
    """What `reserve` would find full for a lead of this kind that counts. Takes nothing; it may be outdated at once."""
    zone = ZoneInfo(session.get_one(Partner, partner_id).time_zone)
    price = find_price(session, partner_id=partner_id, program_id=kind.program_id, at=now)
    for cap in _caps_over(session, partner_id, kind.program_id, kind.state):
        counter = session.get(CapCounter, (cap.id, cap.period.start(now, zone)), populate_existing=True)
        used = counter.used if counter else 0
        if used >= cap.most or used + _amount(cap, price) > cap.most:
            return Full(cap.id, cap.period.next_start(now, zone), cap.when_full)
    return None


def release(session: Session, lead: Lead) -> None:
    """Give back what `lead` has taken, in the periods it was taken from. Safe to call twice."""
    if not lead.counts:
        return
    hold_still(session, lead.partner_id)
    taken = session.execute(
        delete(CapReservation)
        .where(CapReservation.lead_id == lead.id)
        .returning(CapReservation.cap_id, CapReservation.starts_at, CapReservation.amount)
        .execution_options(synchronize_session=False)
    ).all()
    for cap_id, starts_at, amount in sorted(taken):
        session.execute(
            update(CapCounter)
            .where(CapCounter.cap_id == cap_id, CapCounter.starts_at == starts_at)
            .values(used=CapCounter.used - amount)
            .execution_options(synchronize_session=False)
        )


def hold_still(session: Session, partner_id: UUID) -> None:
    """Until commit, nobody changes the caps of this partner. Any number may hold them still at once."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_lock_key(partner_id))))


def hold_for_change(session: Session, partner_id: UUID) -> Partner:
    """The partner, with nobody taking or giving back places of it until commit. NotFound when there is none.

    Whoever takes a place holds the lead first and then this lock, so nobody who has this lock may wait for a lead.
    """
    session.execute(select(func.pg_advisory_xact_lock(_lock_key(partner_id))))
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    return partner


def _lock_key(partner_id: UUID) -> int:
    """The partner's own advisory lock. 62 bits of an id: two partners that share one only wait more."""
    return partner_id.int & (2**62 - 1)


def _caps_over(session: Session, partner_id: UUID, program_id: str, state: str | ScalarSelect[str] | None) -> list[Cap]:
    """The caps in force that a lead falls under, by id."""
    group = select(GroupedProgram.group_id).where(GroupedProgram.program_id == program_id).scalar_subquery()
    whole = Cap.group_id.is_(None) & Cap.program_id.is_(None) & Cap.state.is_(None)
    scopes = [whole, Cap.group_id == group, Cap.program_id == program_id]
    if state is not None:
        scopes.append(Cap.state == state)
    statement = (
        select(Cap).where(Cap.partner_id == partner_id, Cap.removed_at.is_(None)).where(or_(*scopes)).order_by(Cap.id)
    )
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def _state_of(lead: Lead) -> ScalarSelect[str]:
    """Where the student lives."""
    return (
        select(Submission.profile["practical"]["state"].as_string())
        .where(Submission.id == lead.submission_id)
        .scalar_subquery()
    )


def _amount(cap: Cap, price: Price | None) -> int:
    """What a lead takes of a cap: one of a number, its price of a budget in the same currency."""
    if cap.measure is CapMeasure.COUNT:
        return 1
    return price.cents if price and price.currency == cap.currency else 0


def _take(session: Session, lead: Lead, cap: Cap, start: datetime, amount: int) -> bool:
    session.execute(insert(CapCounter).values(cap_id=cap.id, starts_at=start, used=0).on_conflict_do_nothing())
    taken = session.execute(
        update(CapCounter)
        .where(CapCounter.cap_id == cap.id, CapCounter.starts_at == start)
        # The limit is read with the counter, so that one lowered meanwhile holds at once. A budget that is used up
        # takes nothing more, not even what costs nothing.
        .where(CapCounter.used + amount <= _most(cap), CapCounter.used < _most(cap))
        .values(used=CapCounter.used + amount)
        .returning(CapCounter.used)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is None:
        return False
    session.execute(insert(CapReservation).values(lead_id=lead.id, cap_id=cap.id, starts_at=start, amount=amount))
    return True


def _most(cap: Cap) -> ScalarSelect[int]:
    return select(Cap.most).where(Cap.id == cap.id).scalar_subquery()
