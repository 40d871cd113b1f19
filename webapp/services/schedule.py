"""Schedules: whether a partner takes leads now, the pace it takes them at, and changing both."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.limits import Foresight, LeadKind, LimitVerdict
from webapp.domain.schedule import Schedule, Slot, check_schedule
from webapp.models import GroupedProgram, Lead, PaceCounter, PacePlace, Partner, PartnerSchedule, ProgramGroup
from webapp.services import held_lead
from webapp.services.cap import hold_for_change, hold_still

HELD_REASONS = ("outside_hours", "paced")
MOST_SLOTS = 5_000
"""Slots that are looked at for one with room. Whoever finds none waits until its time is over, or the hours change."""


def closed_until(session: Session, lead: Lead, partner: Partner, now: datetime) -> datetime | None:
    """When the partner next takes leads like this one; None when it does now. A year of holidays ends with the lead.

    Until commit, nobody changes the hours.
    """
    hold_still(session, lead.partner_id)
    row = _schedule_over(session, lead.partner_id, lead.program_id)
    if row is None:
        return None
    opens = Schedule.from_json(row.schedule).next_open(now, ZoneInfo(partner.time_zone))
    if opens is None:
        return lead.expires_at
    return None if opens <= now else opens


def take_slot(session: Session, lead: Lead, partner: Partner, now: datetime) -> datetime | None:
    """Take the next place of the pace; None when it is now, or there is no pace, otherwise when `lead` may go.

    A place that is still to come is kept for it, so that those who wait go in turn and wake up once. As with caps, the
    check and the count are one UPDATE. A place that was used is not given back: its time is over. Leads that do not
    count take none.
    """
    row = _schedule_over(session, lead.partner_id, lead.program_id) if lead.counts else None
    if row is None:
        return None
    schedule, zone = Schedule.from_json(row.schedule), ZoneInfo(partner.time_zone)
    if schedule.pace is None:
        return None
    held = session.get(PacePlace, lead.id, populate_existing=True)
    if held is not None and held.schedule_id == row.id and held.goes_at > now:
        return held.goes_at
    if held is not None and _is_now(held, row, schedule.slot(now, zone)):
        session.delete(held)
        session.flush()
        return None
    if held is not None:
        leave_slot(session, lead)
    for at, slot in _places(session, row, schedule, zone, now, before=lead.expires_at):
        # What others took since we looked is found by the UPDATE, which decides.
        if not _take(session, row, slot):
            continue
        if at <= now:
            return None
        session.add(PacePlace(lead_id=lead.id, schedule_id=row.id, starts_at=slot.at, goes_at=at))
        session.flush()
        return at
    return lead.expires_at


def leave_slot(session: Session, lead: Lead) -> None:
    """Give up the place that `lead` holds, for another to take. Harmless where it holds none."""
    _give_back(session, PacePlace.lead_id == lead.id)


def _is_now(held: PacePlace, row: PartnerSchedule, slot: Slot | None) -> bool:
    """Whether a place is of the slot of now: one whose time went by is of no use any more."""
    return slot is not None and held.schedule_id == row.id and held.starts_at == slot.at


def _places(
    session: Session, row: PartnerSchedule, schedule: Schedule, zone: ZoneInfo, now: datetime, *, before: datetime
) -> Iterator[tuple[datetime, Slot]]:
    """The slots with room from `now` on, each with the moment it may be used; none without a pace."""
    at: datetime | None = now
    slot = schedule.slot(now, zone)
    if slot is None:
        return
    rows = session.execute(
        select(PaceCounter.starts_at, PaceCounter.used).where(
            PaceCounter.schedule_id == row.id, PaceCounter.starts_at >= slot.at
        )
    )
    used: dict[datetime, int] = {row.starts_at: row.used for row in rows}
    for _ in range(MOST_SLOTS):
        if at is None or at >= before or slot is None:
            return
        if used.get(slot.at, 0) < slot.limit:
            yield at, slot
        at = schedule.next_open(slot.until, zone)
        slot = schedule.slot(at, zone) if at is not None else None


def _take(session: Session, row: PartnerSchedule, slot: Slot) -> bool:
    session.execute(insert(PaceCounter).values(schedule_id=row.id, starts_at=slot.at, used=0).on_conflict_do_nothing())
    taken = session.execute(
        update(PaceCounter)
        .where(PaceCounter.schedule_id == row.id, PaceCounter.starts_at == slot.at, PaceCounter.used < slot.limit)
        .values(used=PaceCounter.used + 1)
        .returning(PaceCounter.used)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def _give_back(session: Session, which: ColumnElement[bool]) -> None:
    """Give up places, each where it was counted."""
    left = session.execute(
        delete(PacePlace)
        .where(which)
        .returning(PacePlace.schedule_id, PacePlace.starts_at)
        .execution_options(synchronize_session="fetch")
    ).all()
    for (schedule_id, starts_at), count in sorted(Counter((each[0], each[1]) for each in left).items()):
        session.execute(
            update(PaceCounter)
            .where(PaceCounter.schedule_id == schedule_id, PaceCounter.starts_at == starts_at)
            .values(used=PaceCounter.used - count)
            .execution_options(synchronize_session=False)
        )


def find_closed(session: Session, partner: Partner, kind: LeadKind, now: datetime) -> Foresight | None:
    """Until when hours would hold a lead of this kind; None when they would not."""
    row = _schedule_over(session, partner.id, kind.program_id)
    if row is None:
        return None
    opens = Schedule.from_json(row.schedule).next_open(now, ZoneInfo(partner.time_zone))
    return None if opens is not None and opens <= now else Foresight(LimitVerdict.CLOSED, opens)


def find_paced(
    session: Session, partner: Partner, kind: LeadKind, now: datetime, *, before: datetime
) -> Foresight | None:
    """Until when the pace would hold a lead of this kind that counts; None when it would not. Takes no place."""
    row = _schedule_over(session, partner.id, kind.program_id)
    if row is None:
        return None
    zone, schedule = ZoneInfo(partner.time_zone), Schedule.from_json(row.schedule)
    if schedule.pace is None:
        return None
    at = next((at for at, _ in _places(session, row, schedule, zone, now, before=before)), None)
    return None if at is not None and at <= now else Foresight(LimitVerdict.PACED, at)


def set_schedule(
    session: Session, clock: Clock, partner_id: UUID, schedule: Schedule, *, group_id: UUID | None = None
) -> Schedule | None:
    """Have a schedule in force for the partner, or for one group instead of the partner's own: the former one.

    Refused, with everything that is wrong, when it cannot be meant. Leads that wait are looked at again at once.
    """
    hold_for_change(session, partner_id)
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
        _give_back(session, PacePlace.schedule_id == found.id)
    session.flush()
    _look_again(session, partner_id, at=now)
    return before


def remove_schedule(session: Session, clock: Clock, partner_id: UUID, *, group_id: UUID | None = None) -> Schedule:
    """Take leads at any time again, or for a group when the partner does; the former hours. NotFound without any."""
    hold_for_change(session, partner_id)
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
    waits = (Lead.status == LeadStatus.HELD_SCHEDULE, Lead.reason.in_(HELD_REASONS))
    held_lead.look_again(session, partner_id, *waits, at=at)
