"""Mail that can wait arrives by day, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.quiet_hours import CLOSES, OPENS, next_day_time

ZONES = ["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Asia/Kolkata", "America/Denver", "UTC"]


@settings(max_examples=150)
@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    zones=st.lists(st.sampled_from(ZONES[:2] + ZONES[4:5]), min_size=1, max_size=3)
    | st.sampled_from([[z] for z in ZONES]),
)
def test_it_is_day_then_and_was_not_before(minutes: int, zones: list[str]) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    where = [ZoneInfo(zone) for zone in zones]
    then = next_day_time(moment, where)
    assert moment <= then
    assert (then - moment).total_seconds() <= 24 * 3600
    assert all(OPENS <= then.astimezone(zone).hour < CLOSES for zone in where)
    if then > moment:
        assert any(not OPENS <= moment.astimezone(zone).hour < CLOSES for zone in where)
        assert any(then.astimezone(zone).strftime("%H:%M") == f"{OPENS:02}:00" for zone in where)


def test_where_the_zone_is_unknown_it_is_day_on_both_coasts() -> None:
    night_in_the_west = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 9 AM in New York, 6 AM in Los Angeles
    assert next_day_time(night_in_the_west) == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_the_night_the_clocks_change_is_shorter() -> None:
    late = datetime(2027, 3, 14, 4, 0, tzinfo=UTC)  # 11 PM the evening before
    assert next_day_time(late, [ZoneInfo("America/New_York")]) == datetime(2027, 3, 14, 12, 0, tzinfo=UTC)


def test_zones_whose_days_never_meet_are_refused() -> None:
    apart = [ZoneInfo(zone) for zone in ("UTC", "Pacific/Honolulu", "Asia/Kolkata")]
    with pytest.raises(ValueError, match="never day"):
        next_day_time(datetime(2026, 11, 23, tzinfo=UTC), apart)
