"""Schedules of a partner."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.schedule import Schedule
from webapp.models import PartnerSchedule, ProgramGroup


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One schedule; `group` is None for the partner's own."""

    group_id: UUID | None
    group: str | None
    schedule: Schedule


def list_schedules(session: Session, partner_id: UUID) -> tuple[ScheduleRow, ...]:
    """The partner's own first, then those of groups by name."""
    rows = session.execute(
        select(PartnerSchedule, ProgramGroup.name)
        .outerjoin(ProgramGroup, ProgramGroup.id == PartnerSchedule.group_id)
        .where(PartnerSchedule.partner_id == partner_id)
        .order_by(ProgramGroup.name.nulls_first())
    )
    return tuple(ScheduleRow(row.group_id, name, Schedule.from_json(row.schedule)) for row, name in rows)


def find_schedule(session: Session, partner_id: UUID, group_id: UUID | None) -> Schedule | None:
    """The schedule of the partner, or of one group."""
    return next((row.schedule for row in list_schedules(session, partner_id) if row.group_id == group_id), None)
