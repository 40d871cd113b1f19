"""Moments in the words of one place: the weekday, day and hour on its clocks, with the name of its time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.domain.time_zone import time_zone_label

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local_words(moment: datetime, zone: ZoneInfo) -> str:
    """ "Mon, Nov 30, 09:00 PST": the letters tell the two apart where the clocks repeat an hour.

    Places whose time has no such letters get their name instead.
    """
    local = moment.astimezone(zone)
    letters = local.tzname() or ""
    name = letters if letters.isalpha() else f"({time_zone_label(zone.key)})"
    return f"{_DAYS[local.weekday()]}, {_MONTHS[local.month - 1]} {local.day}, {local:%H:%M} {name}"
