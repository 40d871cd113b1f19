"""A billing cycle: the week or month, in the partner's own time zone, that one invoice is about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """From one local midnight to another. A moment is in it when `starts_at <= moment < ends_at`; both are in UTC."""

    starts_on: date
    starts_at: datetime
    ends_at: datetime


class CycleKind(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    def period(self, moment: datetime, zone: ZoneInfo) -> Period:
        """The cycle that `moment` falls in. Weeks begin on Monday; a day of 23 or 25 hours is one day."""
        local = moment.astimezone(zone).date()
        if self is CycleKind.WEEKLY:
            first = local - timedelta(days=local.weekday())
            following = first + timedelta(days=7)
        else:
            first = local.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
        return Period(first, midnight(first, zone), midnight(following, zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When `day` begins in `zone`, in UTC; the first moment of it where the clocks skip midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
