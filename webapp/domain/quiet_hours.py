"""Quiet hours: no mail that can wait arrives at night, by the clock of whoever gets it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

OPENS: Final = 8
CLOSES: Final = 21
"""Local hours between which mail that can wait may arrive."""
WHERE_UNKNOWN: Final = (ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles"))
"""Of somebody whose zone is not known it must be day at both ends of the country most of them live in."""


def next_day_time(moment: datetime, zones: Sequence[ZoneInfo] = WHERE_UNKNOWN) -> datetime:
    """`moment` itself when it is day in every one of `zones`, else the first moment after it at which it is.

    In the zone of `moment`. ValueError when the days of `zones` never overlap.
    """
    for _ in range(8):
        later = max(_opening(moment, zone) for zone in zones)
        if later == moment:
            return moment
        moment = later
    raise ValueError("It is never day in all of these zones at once.")


def _opening(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if OPENS <= local.hour < CLOSES:
        return moment
    day = local.date() + timedelta(days=1 if local.hour >= CLOSES else 0)
    # From local midnight and not by adding hours: nights on which the clocks change are longer or shorter.
    return datetime.combine(day, time(OPENS), tzinfo=zone).astimezone(moment.tzinfo)
