"""The edges of billing cycles."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.domain.billing_cycle import CycleKind


@pytest.mark.parametrize(
    ("zone", "inside", "after"),
    [
        # New York goes back to standard time on 1 November 2026 and forward on 14 March 2027.
        ("America/New_York", "2026-11-01T04:30:00+00:00", "2026-12-01T05:00:00+00:00"),
        ("America/New_York", "2027-03-01T05:00:00+00:00", "2027-04-01T04:00:00+00:00"),
        ("Pacific/Auckland", "2026-10-31T11:00:00+00:00", "2026-11-30T11:00:00+00:00"),
        ("Africa/Cairo", "2026-04-23T22:00:00+00:00", "2026-04-30T21:00:00+00:00"),
    ],
)
def test_the_partners_own_calendar_decides_the_edge_of_a_cycle(zone: str, inside: str, after: str) -> None:
    first, edge = datetime.fromisoformat(inside), datetime.fromisoformat(after)
    period = CycleKind.MONTHLY.period(first, ZoneInfo(zone))
    assert period.ends_at == edge
    assert CycleKind.MONTHLY.period(edge - timedelta(microseconds=1), ZoneInfo(zone)) == period
    assert CycleKind.MONTHLY.period(edge, ZoneInfo(zone)).starts_at == edge
    week = CycleKind.WEEKLY.period(first, ZoneInfo(zone))
    assert week.starts_at <= first < week.ends_at
    assert CycleKind.WEEKLY.period(week.ends_at, ZoneInfo(zone)).starts_at == week.ends_at
