"""Setting and removing caps: what is in force from now on, and who has a place in it already."""

import re
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.cap import HIGHEST_BUDGET_CENTS, HIGHEST_COUNT, CapMeasure, CapScope, CapTerms
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.geography import STATES
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnStatus
from webapp.models import (
    Cap,
    CapCounter,
    CapReservation,
    GroupedProgram,
    Lead,
    LeadCharge,
    LeadEvent,
    LeadReturn,
    PartnerInstitution,
    Program,
    ProgramGroup,
    Submission,
)
from webapp.services import held_lead
from webapp.services.cap import hold_for_change

_HAS_PLACE = (LeadStatus.QUEUED, LeadStatus.DELIVERING, LeadStatus.DELIVERED)
"""Where a lead holds a place in every cap it falls under; one that was delivered keeps it when it is withdrawn."""


def set_cap(session: Session, clock: Clock, partner_id: UUID, wanted: CapTerms) -> CapTerms | None:
    """Have `wanted` in force, instead of the cap of that period, measure and scope, if there is one: the former one.

    What was taken in this period stays counted, and a new cap counts what its period has had before it. Refused, with
    everything that is wrong, when it cannot be meant.
    """
    partner = hold_for_change(session, partner_id)
    check_cap(session, partner_id, wanted)
    found, now = find_in_force(session, partner_id, wanted), clock.now()
    if found is None:
        row = _row(partner_id, wanted, now)
        session.add(row)
        session.flush()
        _count_so_far(session, row, row.period.start(now, ZoneInfo(partner.time_zone)))
        return None
    before = found.terms
    found.most, found.when_full, found.currency, found.updated_at = wanted.limit, wanted.when_full, wanted.currency, now
    session.flush()
    _make_room(session, partner_id, at=now)
    return before


def remove_cap(session: Session, clock: Clock, partner_id: UUID, cap_id: UUID) -> CapTerms:
    """Take a cap out of force; what it was. NotFound unless it is the partner's."""
    hold_for_change(session, partner_id)
    found = session.get(Cap, cap_id, with_for_update=True, populate_existing=True)
    if found is None or found.partner_id != partner_id or found.removed_at is not None:
        raise NotFound("There is no such cap.")
    found.removed_at = clock.now()
    session.flush()
    _make_room(session, partner_id, at=clock.now())
    return found.terms


def _count_so_far(session: Session, cap: Cap, start: datetime) -> None:
    """Have a new cap hold what its period had before it: ten a day, set at noon, are ten of that day."""
    amount: ColumnElement[int] = literal(1)
    if cap.measure is CapMeasure.BUDGET:
        price = select(LeadCharge.price_cents).where(LeadCharge.lead_id == Lead.id, LeadCharge.currency == cap.currency)
        amount = func.coalesce(price.scalar_subquery(), 0)
    session.execute(
        insert(CapReservation).from_select(
            ["lead_id", "cap_id", "starts_at", "amount"],
            select(Lead.id, literal(cap.id), literal(start), amount).where(Lead.counts, *_holders(cap, start)),
        )
    )
    used = session.execute(select(func.sum(CapReservation.amount)).where(CapReservation.cap_id == cap.id)).scalar_one()
    session.execute(insert(CapCounter).values(cap_id=cap.id, starts_at=start, used=used or 0))


def _holders(cap: Cap, start: datetime) -> Iterator[ColumnElement[bool]]:
    """Which leads hold a place that they took since `start`, of those that `cap` is about."""
    queued = exists().where(
        LeadEvent.lead_id == Lead.id, LeadEvent.to_status == LeadStatus.QUEUED.value, LeadEvent.at >= start
    )
    returned = exists().where(LeadReturn.lead_id == Lead.id, LeadReturn.status == ReturnStatus.APPROVED)
    kept = (Lead.status == LeadStatus.WITHDRAWN) & Lead.delivered_at.is_not(None)
    yield Lead.partner_id == cap.partner_id
    yield Lead.status.in_(_HAS_PLACE) | kept
    yield queued
    yield ~returned
    if cap.group_id is not None:
        yield Lead.program_id.in_(select(GroupedProgram.program_id).where(GroupedProgram.group_id == cap.group_id))
    if cap.program_id is not None:
        yield Lead.program_id == cap.program_id
    if cap.state is not None:
        yield Lead.submission_id.in_(
            select(Submission.id).where(Submission.profile["practical"]["state"].as_string() == cap.state)
        )


def _make_room(session: Session, partner_id: UUID, *, at: datetime) -> None:
    held_lead.look_again(session, partner_id, Lead.status == LeadStatus.HELD_CAP, at=at)


def check_cap(session: Session, partner_id: UUID, wanted: CapTerms) -> None:
    """Refused, with everything that is wrong, where a cap of this partner cannot be meant."""
    problems = [*_problems(wanted), *_foreign(session, partner_id, wanted.scope)]
    if problems:
        raise Refused(*problems)


def find_in_force(session: Session, partner_id: UUID, wanted: CapTerms) -> Cap | None:
    """The cap of that period, measure and scope, locked."""
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
