"""Cap periods follow the partner's own calendar, also on days that have 23 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.cap import CapMeasure, CapPeriod, CapTerms, forecast, raises_spend

NEW_YORK, BEIRUT, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Asia/Beirut"), ZoneInfo("Australia/Lord_Howe")
ZONES = sorted(available_timezones())
BOUNDED = [period for period in CapPeriod if period is not CapPeriod.LIFETIME]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 4), 24)])
def test_a_day_lasts_from_local_midnight_to_local_midnight(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).astimezone(UTC)
    end = CapPeriod.DAY.next_start(start, NEW_YORK)
    assert end is not None
    assert end - start == timedelta(hours=hours)
    assert CapPeriod.DAY.start(end - timedelta(microseconds=1), NEW_YORK) == start
    assert CapPeriod.DAY.start(end, NEW_YORK) == end
    assert len({CapPeriod.HOUR.start(start + timedelta(minutes=10 * n), NEW_YORK) for n in range(6 * hours)}) == hours


def test_weeks_start_on_monday_and_months_on_their_first_local_day() -> None:
    moment = datetime(2026, 12, 1, 3, tzinfo=UTC)  # still Monday, 30 November, in New York
    assert CapPeriod.WEEK.start(moment, NEW_YORK) == datetime(2026, 11, 30, 5, tzinfo=UTC)
    assert CapPeriod.WEEK.next_start(moment, NEW_YORK) == datetime(2026, 12, 7, 5, tzinfo=UTC)
    assert CapPeriod.MONTH.start(moment, NEW_YORK) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert CapPeriod.MONTH.next_start(moment, NEW_YORK) == datetime(2026, 12, 1, 5, tzinfo=UTC)


def test_a_day_without_midnight_starts_with_its_first_moment() -> None:
    skipped = datetime(2026, 3, 28, 22, tzinfo=UTC)  # clocks in Beirut go from 24:00 to 01:00
    assert CapPeriod.DAY.start(skipped, BEIRUT) == skipped
    assert CapPeriod.DAY.start(skipped - timedelta(seconds=1), BEIRUT) < skipped
    assert CapPeriod.DAY.next_start(skipped - timedelta(hours=3), BEIRUT) == skipped


@given(
    st.integers(946_684_800, 4_070_908_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(BOUNDED),
)
def test_periods_follow_each_other_without_a_gap(moment: datetime, name: str, period: CapPeriod) -> None:
    zone = ZoneInfo(name)
    start, end = period.start(moment, zone), period.next_start(moment, zone)
    assert end is not None
    assert start <= moment < end
    assert period.start(start, zone) == start
    # An hour in which the clocks move by less than an hour ends early; any other period is followed by the next.
    if period is not CapPeriod.HOUR:
        assert period.start(end, zone) == end
        assert period.start(end - timedelta(microseconds=1), zone) == start
    else:
        assert period.start(end, zone) > start


def test_a_lifetime_has_one_period() -> None:
    moments = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
    assert len({CapPeriod.LIFETIME.start(moment, LORD_HOWE) for moment in moments}) == 1
    assert CapPeriod.LIFETIME.next_start(moments[0], LORD_HOWE) is None


def test_what_a_period_comes_to_is_told_once_a_twentieth_is_over() -> None:
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    assert forecast(3, start, end, start + timedelta(hours=12)) is None
    assert forecast(3, start, end, start + timedelta(days=5)) == 12
    assert forecast(3, start, None, start + timedelta(days=5)) is None


def test_more_spend_is_a_higher_cap_or_none() -> None:
    def cap(limit: int) -> CapTerms:
        return CapTerms(CapPeriod.DAY, CapMeasure.COUNT, limit)

    assert raises_spend(cap(5), cap(6))
    assert raises_spend(cap(5), None)
    assert not raises_spend(cap(5), cap(5))
    assert not raises_spend(None, cap(5))
