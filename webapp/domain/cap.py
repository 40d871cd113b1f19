"""Caps: how much a partner takes in a period of its own calendar. The engine can import nothing from here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.domain.billing_cycle import midnight

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When the one period of a lifetime cap starts."""
HIGHEST_COUNT: Final = 1_000_000
HIGHEST_BUDGET_CENTS: Final = 1_000_000_000
LEAST_SHARE: Final = 0.05
"""How much of a period must be over before what it will come to is worth telling."""


class CapPeriod(StrEnum):
    """In the partner's own time zone. Days and weeks start at local midnight, weeks on Monday (ISO 8601)."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    LIFETIME = "lifetime"

    def start(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """When the period that `moment` falls in started, in UTC: what tells its counter from the others.

        An hour that the clocks repeat is two periods, a day of 23 or 25 hours is one.
        """
        local = moment.astimezone(zone)
        match self:
            case CapPeriod.HOUR:
                into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
                return moment.astimezone(UTC) - into
            case CapPeriod.DAY:
                return midnight(local.date(), zone)
            case CapPeriod.WEEK:
                return midnight(local.date() - timedelta(days=local.weekday()), zone)
            case CapPeriod.MONTH:
                return midnight(local.date().replace(day=1), zone)
            case CapPeriod.LIFETIME:
                return BEGINNING

    def next_start(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When the period after this one starts, in UTC; None for a lifetime, which does not end."""
        today = moment.astimezone(zone).date()
        match self:
            case CapPeriod.HOUR:
                return self.start(moment, zone) + timedelta(hours=1)
            case CapPeriod.DAY:
                return midnight(today + timedelta(days=1), zone)
            case CapPeriod.WEEK:
                return midnight(today + timedelta(days=7 - today.weekday()), zone)
            case CapPeriod.MONTH:
                return midnight((today.replace(day=1) + timedelta(days=31)).replace(day=1), zone)
            case CapPeriod.LIFETIME:
                return None


class CapMeasure(StrEnum):
    """What is counted: leads, or cents of their price."""

    COUNT = "count"
    BUDGET = "budget"


class WhenFull(StrEnum):
    """What a partner wants done with a lead that finds a cap full. It also takes the student's word to let it wait."""

    HOLD = "hold"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class CapScope:
    """What a cap is about: all leads of the partner, or those of a group, of a program, or of students in a state."""

    group_id: UUID | None = None
    program_id: str | None = None
    state: str | None = None

    @property
    def parts(self) -> int:
        """How many of the three are named. A cap names one at most."""
        return sum(part is not None for part in (self.group_id, self.program_id, self.state))


@dataclass(frozen=True, slots=True)
class CapTerms:
    """One cap: at most `limit` (leads, or cents of `currency`) in each period."""

    period: CapPeriod
    measure: CapMeasure
    limit: int
    scope: CapScope = CapScope()
    when_full: WhenFull = WhenFull.HOLD
    currency: str | None = None


def raises_spend(before: CapTerms | None, after: CapTerms | None) -> bool:
    """Whether a change may let more money be spent than before: a cap that goes, or whose limit rises.

    So does another currency, in which nobody can say what is more.
    """
    if before is None:
        return False
    return after is None or after.limit > before.limit or after.currency != before.currency


def forecast(used: int, start: datetime, end: datetime | None, now: datetime) -> int | None:
    """What `used` comes to by the end of its period at this pace; None where there is no end, or it is too early."""
    if end is None or now <= start:
        return None
    share = (now - start) / (end - start)
    return None if share < LEAST_SHARE else round(used / min(share, 1.0))
