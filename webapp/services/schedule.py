"""Schedules: whether a partner takes leads now, the pace it takes them at, and changing both."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.limits import Foresight, LeadKind, Prospects
from webapp.domain.schedule import Schedule, check_schedule
from webapp.models import GroupedProgram, Lead, PaceCounter, Partner, PartnerSchedule, ProgramGroup
from webapp.services import outbox
from webapp.services.partner import locked

HELD_REASONS = ("outside_hours", "paced")


def closed_until(session: Session, lead: Lead, partner: Partner, now: datetime) -> datetime | None:
    """When the partner next takes leads like this one; None when it does now. A year of holidays ends with the lead."""
    row = _schedule_over(session, lead.partner_id, lead.program_id)
    if row is None:
        return None
    opens = Schedule.from_json(row.schedule).next_open(now, ZoneInfo(partner.time_zone))
    if opens is None:
        return lead.expires_at
    return None if opens <= now else opens


def take_slot(session: Session, lead: Lead, partner: Partner, now: datetime) -> datetime | None:
    """Take a place of the pace; None when taken, or there is no pace, otherwise when there is another.

    As with caps, the check and the count are one UPDATE. A place that was taken is not given back: its time is over.
    Leads that do not count take none.
    """
    row = _schedule_over(session, lead.partner_id, lead.program_id) if lead.counts else None
    if row is None:
        return None
    zone = ZoneInfo(partner.time_zone)
    schedule = Schedule.from_json(row.schedule)
    slot = schedule.slot(now, zone)
    if slot is None:
        return None
    session.execute(insert(PaceCounter).values(schedule_id=row.id, starts_at=slot.at, used=0).on_conflict_do_nothing())
    taken = session.execute(
        update(PaceCounter)
        .where(PaceCounter.schedule_id == row.id, PaceCounter.starts_at == slot.at, PaceCounter.used < slot.limit)
        .values(used=PaceCounter.used + 1)
        .returning(PaceCounter.used)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is not None:
        return None
    return schedule.next_open(slot.until, zone) or lead.expires_at


def find_closed(session: Session, partner: Partner, kind: LeadKind, now: datetime) -> Foresight | None:
    """Until when hours would hold a lead of this kind; None when they would not."""
    row = _schedule_over(session, partner.id, kind.program_id)
    if row is None:
        return None
    opens = Schedule.from_json(row.schedule).next_open(now, ZoneInfo(partner.time_zone))
    return None if opens is not None and opens <= now else Foresight(Prospects.CLOSED, opens)


def find_paced(session: Session, partner: Partner, kind: LeadKind, now: datetime) -> Foresight | None:
    """Until when the pace would hold a lead of this kind that counts; None when it would not. Takes no place."""
    row = _schedule_over(session, partner.id, kind.program_id)
    if row is None:
        return None
    zone, schedule = ZoneInfo(partner.time_zone), Schedule.from_json(row.schedule)
    slot = schedule.slot(now, zone)
    if slot is None:
        return None
    counter = session.get(PaceCounter, (row.id, slot.at), populate_existing=True)
    if counter is None or counter.used < slot.limit:
        return None
    return Foresight(Prospects.PACED, schedule.next_open(slot.until, zone))


def set_schedule(
    session: Session, clock: Clock, partner_id: UUID, schedule: Schedule, *, group_id: UUID | None = None
) -> Schedule | None:
    """Have a schedule in force for the partner, or for one group instead of the partner's own: the former one.

    Refused, with everything that is wrong, when it cannot be meant. Leads that wait are looked at again at once.
    """
    locked(session, partner_id)
    check_schedule(schedule)
    _check_group(session, partner_id, group_id)
    found, now = _own(session, partner_id, group_id), clock.now()
    before = Schedule.from_json(found.schedule) if found else None
    if found is None:
        session.add(
            PartnerSchedule(
                id=new_id(),
                partner_id=partner_id,
                group_id=group_id,
                schedule=schedule.to_json(),
                created_at=now,
                updated_at=now,
            )
        )
    else:
        found.schedule, found.updated_at = schedule.to_json(), now
    session.flush()
    _look_again(session, partner_id, at=now)
    return before


def remove_schedule(session: Session, clock: Clock, partner_id: UUID, *, group_id: UUID | None = None) -> Schedule:
    """Take leads at any time again, or for a group when the partner does; the former hours. NotFound without any."""
    locked(session, partner_id)
    found = _own(session, partner_id, group_id)
    if found is None:
        raise NotFound("There is no such schedule.")
    before = Schedule.from_json(found.schedule)
    session.delete(found)
    session.flush()
    _look_again(session, partner_id, at=clock.now())
    return before


def _schedule_over(session: Session, partner_id: UUID, program_id: str) -> PartnerSchedule | None:
    """The schedule of the program's group, else the partner's."""
    group = select(GroupedProgram.group_id).where(GroupedProgram.program_id == program_id).scalar_subquery()
    return session.scalars(
        select(PartnerSchedule)
        .where(PartnerSchedule.partner_id == partner_id)
        .where((PartnerSchedule.group_id == group) | PartnerSchedule.group_id.is_(None))
        .order_by(PartnerSchedule.group_id.is_(None))
        .limit(1)
    ).first()


def _own(session: Session, partner_id: UUID, group_id: UUID | None) -> PartnerSchedule | None:
    return session.execute(
        select(PartnerSchedule)
        .where(PartnerSchedule.partner_id == partner_id, PartnerSchedule.group_id.is_not_distinct_from(group_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _check_group(session: Session, partner_id: UUID, group_id: UUID | None) -> None:
    if group_id is None:
        return
    group = session.get(ProgramGroup, group_id)
    if group is None or group.partner_id != partner_id:
        raise Refused(Problem("group", "It is not a group of this partner."))


def _look_again(session: Session, partner_id: UUID, *, at: datetime) -> None:
    due = session.scalars(
        update(Lead)
        .where(Lead.partner_id == partner_id, Lead.status == LeadStatus.HELD_SCHEDULE, Lead.reason.in_(HELD_REASONS))
        .values(due_at=at)
        .returning(Lead.id)
        .execution_options(synchronize_session=False)
    ).all()
    outbox.add(session, EventKind.LEAD_DUE, due, due_at=at)
