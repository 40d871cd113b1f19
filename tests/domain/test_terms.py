"""Cap periods follow the partner's own calendar, also on days that have 23 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.terms import CapPeriod

NEW_YORK = ZoneInfo("America/New_York")
ZONES = sorted(available_timezones())


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 4), 24)])
def test_a_day_lasts_from_local_midnight_to_local_midnight(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).astimezone(UTC)
    end = CapPeriod.DAY.next_start(start, NEW_YORK).astimezone(UTC)
    assert end - start == timedelta(hours=hours)
    assert CapPeriod.DAY.key(start, NEW_YORK) == day
    assert CapPeriod.DAY.key(end - timedelta(microseconds=1), NEW_YORK) == day
    assert CapPeriod.DAY.key(end, NEW_YORK) == day + timedelta(days=1)


def test_a_month_starts_on_its_first_local_day() -> None:
    moment = datetime(2026, 12, 1, 3, tzinfo=UTC)  # still November in New York
    assert CapPeriod.MONTH.key(moment, NEW_YORK) == date(2026, 11, 1)
    assert CapPeriod.MONTH.next_start(moment, NEW_YORK) == datetime(2026, 12, 1, tzinfo=NEW_YORK)


@given(
    st.integers(946_684_800, 4_070_908_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(CapPeriod),
)
def test_the_next_period_is_later_and_another(moment: datetime, name: str, period: CapPeriod) -> None:
    zone = ZoneInfo(name)
    following = period.next_start(moment, zone)
    assert following > moment
    assert period.key(following, zone) > period.key(moment, zone)
