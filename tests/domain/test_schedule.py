"""Schedules: open when they say so by the partner's clock, and never faster than their pace."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.errors import Refused
from webapp.domain.schedule import Pace, Schedule, Span, check_schedule

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = {day: (Span(9 * 60, 17 * 60),) for day in range(5)}


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK, fold=fold)  # type: ignore[misc, arg-type]  # parts are a date's


def test_the_next_opening_passes_nights_weekends_and_holidays() -> None:
    office = Schedule(OFFICE, holidays=frozenset({date(2026, 11, 26)}))
    assert office.next_open(local(2026, 11, 25, 10), NEW_YORK) == local(2026, 11, 25, 10)
    assert office.next_open(local(2026, 11, 25, 8, 59), NEW_YORK) == local(2026, 11, 25, 9)
    assert office.next_open(local(2026, 11, 25, 17), NEW_YORK) == local(2026, 11, 27, 9)  # Thanksgiving between
    assert office.next_open(local(2026, 11, 27, 18), NEW_YORK) == local(2026, 11, 30, 9)
    assert Schedule().next_open(local(2026, 11, 28, 3), NEW_YORK) == local(2026, 11, 28, 3)


def test_hours_hold_on_the_days_the_clocks_change() -> None:
    always = {day: (Span(60, 180),) for day in range(7)}  # 1 to 3 AM
    spring, autumn = (Schedule(always).spans(day, NEW_YORK)[0] for day in (date(2026, 3, 8), date(2026, 11, 1)))
    assert spring[1] - spring[0] == timedelta(hours=1)
    assert autumn[1] - autumn[0] == timedelta(hours=3)
    late = Schedule({6: (Span(150, 200),)})  # opens at 2:30, which 8 March does not have
    opens = late.next_open(local(2026, 3, 8, 0), NEW_YORK)
    assert opens is not None
    assert opens.astimezone(NEW_YORK).hour == 3


def test_a_pace_by_interval_and_one_through_the_day() -> None:
    ten = Schedule(pace=Pace(3, 10)).slot(local(2026, 11, 25, 10, 17), NEW_YORK)
    assert ten is not None
    assert (ten.at, ten.limit, ten.until) == (local(2026, 11, 25, 10, 10), 3, local(2026, 11, 25, 10, 20))
    spread = Schedule(OFFICE, pace=Pace(4))  # one at 9, 11, 13 and 15
    slots = [spread.slot(local(2026, 11, 25, hour, 30), NEW_YORK) for hour in (9, 11, 14, 16)]
    assert [slot.limit for slot in slots if slot] == [1, 2, 3, 4]
    assert slots[0] is not None
    assert slots[0].until == local(2026, 11, 25, 11)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 6),
        st.tuples(st.integers(0, 1439), st.integers(1, 1440))
        .filter(lambda span: span[0] < span[1])
        .map(lambda s: (Span(*s),)),
        min_size=1,
    ),
    st.builds(Pace, st.integers(1, 30), st.none() | st.integers(1, 600)),
    st.sampled_from([date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 1)]),
)
def test_whoever_comes_back_when_told_is_let_in_and_no_slot_overflows(
    hours: dict[int, tuple[Span, ...]], pace: Pace, day: date
) -> None:
    """A simulation of one endless queue: each is let in, or told a later time at which more are."""
    schedule = Schedule.from_json(Schedule(hours, pace=pace).to_json())
    moment, used = local(day.year, day.month, day.day), dict[datetime, int]()
    for _ in range(60):
        opens = schedule.next_open(moment, NEW_YORK)
        assert opens is not None
        slot = schedule.slot(opens, NEW_YORK)
        assert slot is not None
        assert slot.at <= opens < slot.until
        if used.get(slot.at, 0) < slot.limit:
            used[slot.at] = used.get(slot.at, 0) + 1
            moment = opens
        else:
            moment = slot.until
    assert max(used.values()) <= pace.most


@pytest.mark.parametrize(
    ("schedule", "where"),
    [
        (Schedule({0: (Span(600, 500),)}), "hours"),
        (Schedule({0: (Span(0, 600), Span(500, 700))}), "hours"),
        (Schedule({0: ()}), "hours"),
        (Schedule({9: (Span(0, 600),)}), "hours"),
        (Schedule(pace=Pace(0)), "pace"),
        (Schedule(pace=Pace(5, 0)), "pace"),
    ],
)
def test_what_cannot_be_meant_is_refused(schedule: Schedule, where: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_schedule(schedule)
    assert [problem.where for problem in refusal.value.problems] == [where]
