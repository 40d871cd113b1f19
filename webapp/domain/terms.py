"""What a partner agreed to: price and caps. The engine can import nothing from here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class CapPeriod(StrEnum):
    DAY = "day"
    MONTH = "month"

    def key(self, moment: datetime, time_zone: ZoneInfo) -> date:
        """The first local day of the period `moment` falls in: the name of the counter."""
        local = moment.astimezone(time_zone).date()
        return local if self is CapPeriod.DAY else local.replace(day=1)

    def next_start(self, moment: datetime, time_zone: ZoneInfo) -> datetime:
        """When the period after this one starts, in the partner's own time zone (so a day may have 23 or 25 hours)."""
        first = self.key(moment, time_zone)
        following = first + timedelta(days=1) if self is CapPeriod.DAY else (first + timedelta(days=31)).replace(day=1)
        return datetime(following.year, following.month, following.day, tzinfo=time_zone)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` leads in each `period`."""

    period: CapPeriod
    limit: int
