"""Caps: exact under any number of workers, because the database does the counting."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.cap import HIGHEST_BUDGET_CENTS, HIGHEST_COUNT, CapMeasure, CapScope, CapTerms, WhenFull
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.geography import STATES
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.models import (
    Cap,
    CapCounter,
    CapReservation,
    GroupedProgram,
    Lead,
    Partner,
    PartnerInstitution,
    Program,
    ProgramGroup,
    Submission,
)
from webapp.services import outbox
from webapp.services.partner import locked
from webapp.services.price import find_price


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
    zone = ZoneInfo(session.get_one(Partner, lead.partner_id).time_zone)
    price = find_price(session, partner_id=lead.partner_id, program_id=lead.program_id, at=now)
    # Always in one order: two workers that need two caps cannot wait for each other.
    for cap in _caps_over(session, lead):
        amount = 1
        if cap.measure is CapMeasure.BUDGET:
            amount = price.cents if price and price.currency == cap.currency else 0
        start = cap.period.start(now, zone)
        if not _take(session, lead, cap, start, amount):
            release(session, lead)
            return Full(cap.id, cap.period.next_start(now, zone), cap.when_full)
    return None


def release(session: Session, lead: Lead) -> None:
    """Give back what `lead` has taken, in the periods it was taken from. Safe to call twice."""
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


def _caps_over(session: Session, lead: Lead) -> list[Cap]:
    """The caps in force that `lead` falls under, by id."""
    group = select(GroupedProgram.group_id).where(GroupedProgram.program_id == lead.program_id).scalar_subquery()
    state = (
        select(Submission.profile["practical"]["state"].as_string())
        .where(Submission.id == lead.submission_id)
        .scalar_subquery()
    )
    whole = Cap.group_id.is_(None) & Cap.program_id.is_(None) & Cap.state.is_(None)
    statement = (
        select(Cap)
        .where(Cap.partner_id == lead.partner_id, Cap.removed_at.is_(None))
        .where(or_(whole, Cap.group_id == group, Cap.program_id == lead.program_id, Cap.state == state))
        .order_by(Cap.id)
    )
    return list(session.scalars(statement.execution_options(populate_existing=True)))


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


def set_cap(session: Session, clock: Clock, partner_id: UUID, wanted: CapTerms) -> CapTerms | None:
    """Have `wanted` in force, instead of the cap of that period, measure and scope, if there is one: the former one.

    What was taken in this period stays counted. Refused, with everything that is wrong, when it cannot be meant.
    """
    locked(session, partner_id)
    problems = [*_problems(wanted), *_foreign(session, partner_id, wanted.scope)]
    if problems:
        raise Refused(*problems)
    found, now = _in_force(session, partner_id, wanted), clock.now()
    if found is None:
        session.add(_row(partner_id, wanted, now))
        session.flush()
        return None
    before = found.terms
    found.most, found.when_full, found.currency, found.updated_at = wanted.limit, wanted.when_full, wanted.currency, now
    session.flush()
    _look_again(session, partner_id, at=now)
    return before


def remove_cap(session: Session, clock: Clock, partner_id: UUID, cap_id: UUID) -> CapTerms:
    """Take a cap out of force; what it was. NotFound unless it is the partner's."""
    locked(session, partner_id)
    found = session.get(Cap, cap_id, with_for_update=True, populate_existing=True)
    if found is None or found.partner_id != partner_id or found.removed_at is not None:
        raise NotFound("There is no such cap.")
    found.removed_at = clock.now()
    session.flush()
    _look_again(session, partner_id, at=clock.now())
    return found.terms


def _look_again(session: Session, partner_id: UUID, *, at: datetime) -> None:
    """Leads that were held because a cap was full are due now: there may be room."""
    due = session.scalars(
        update(Lead)
        .where(Lead.partner_id == partner_id, Lead.status == LeadStatus.HELD_CAP)
        .values(due_at=at)
        .returning(Lead.id)
        .execution_options(synchronize_session=False)
    ).all()
    outbox.add(session, EventKind.LEAD_DUE, due, due_at=at)


def _in_force(session: Session, partner_id: UUID, wanted: CapTerms) -> Cap | None:
    scope = wanted.scope
    return session.execute(
        select(Cap)
        .where(Cap.partner_id == partner_id, Cap.removed_at.is_(None))
        .where(Cap.period == wanted.period, Cap.measure == wanted.measure)
        .where(Cap.group_id.is_not_distinct_from(scope.group_id))
        .where(Cap.program_id.is_not_distinct_from(scope.program_id))
        .where(Cap.state.is_not_distinct_from(scope.state))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _row(partner_id: UUID, wanted: CapTerms, now: datetime) -> Cap:
    return Cap(
        id=new_id(),
        partner_id=partner_id,
        period=wanted.period,
        measure=wanted.measure,
        group_id=wanted.scope.group_id,
        program_id=wanted.scope.program_id,
        state=wanted.scope.state,
        most=wanted.limit,
        currency=wanted.currency,
        when_full=wanted.when_full,
        created_at=now,
        updated_at=now,
    )


def _problems(wanted: CapTerms) -> Iterator[Problem]:
    highest = HIGHEST_COUNT if wanted.measure is CapMeasure.COUNT else HIGHEST_BUDGET_CENTS
    if not 0 <= wanted.limit <= highest:
        yield Problem("limit", f"A cap lies between 0 and {highest:,}.", "For no cap at all, remove it.")
    if (wanted.measure is CapMeasure.BUDGET) is not (wanted.currency is not None):
        yield Problem("currency", "A budget has a currency, and a number of leads has none.")
    if wanted.currency is not None and not re.fullmatch("[A-Z]{3}", wanted.currency):
        yield Problem("currency", "It is not a currency's code.", "Write three capital letters, such as USD.")
    if wanted.scope.parts > 1:
        yield Problem("scope", "A cap is about a group, a program or a state.", "Make two caps.")
    if wanted.scope.state is not None and wanted.scope.state not in STATES:
        yield Problem("state", "It is no state or territory we know.", "Write its two letters, such as CA.")


def _foreign(session: Session, partner_id: UUID, scope: CapScope) -> Iterator[Problem]:
    if scope.group_id is not None:
        group = session.get(ProgramGroup, scope.group_id)
        if group is None or group.partner_id != partner_id:
            yield Problem("group", "It is not a group of this partner.")
    if scope.program_id is not None:
        own = (
            select(Program.id)
            .join(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
            .where(Program.program_id == scope.program_id, PartnerInstitution.partner_id == partner_id)
        )
        if session.execute(own).first() is None:
            yield Problem("program", "It is not a program of this partner's institutions.")
