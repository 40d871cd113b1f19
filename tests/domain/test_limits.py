"""Limits in words: caps, hours and pace, and hours as people write them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.cap import CapMeasure, CapPeriod, CapScope, CapTerms, WhenFull, raises_spend
from webapp.domain.cap_words import cap_state, limit_words, scope_words, use_words
from webapp.domain.limits import Foresight, LimitVerdict, foresight_words
from webapp.domain.local_time import local_words
from webapp.domain.schedule import Pace, Schedule, Span
from webapp.domain.schedule_words import (
    hours_text,
    hours_words,
    pace_words,
    parse_days,
    parse_hours,
    schedule_state,
    week_words,
)

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("closed", []),
        ("all day", [(0, 1440)]),
        ("9-17", [(540, 1020)]),
        ("9:00–17:30", [(540, 1050)]),
        ("9am - 5pm", [(540, 1020)]),
        ("12am-12pm", [(0, 720)]),
        ("8.30 to noon, 13h00-17", [(510, 720), (780, 1020)]),
        ("9-12 and 18-24:00", [(540, 720), (1080, 1440)]),
        ("18:00 until midnight", [(1080, 1440)]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: list[tuple[int, int]]) -> None:
    assert parse_hours(text) == tuple(Span(*each) for each in spans)


@pytest.mark.parametrize("text", ["nine", "9", "25-26", "9:60-10", "13pm-14", "0pm-3pm", "9-", "9-24:30", "-9-17"])
def test_what_are_no_hours_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_hours(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True).map(sorted))
def test_hours_come_back_as_they_were_written(minutes: list[int]) -> None:
    spans = tuple(Span(*pair) for pair in zip(minutes[::2], minutes[1::2], strict=False))
    assert parse_hours(hours_text(spans)) == spans


def test_hours_and_pace_in_words() -> None:
    office = {day: (Span(540, 1020),) for day in range(5)}
    schedule = Schedule({**office, 6: (Span(0, 1440),)}, frozenset({date(2026, 12, 25)}), Pace(5, 30))
    assert hours_words(schedule) == "Monday to Friday 09:00–17:00; Sunday all day"
    assert week_words(schedule)[5] == ("Saturday", "closed")
    assert hours_words(Schedule()) == "at any time"
    assert hours_words(Schedule({day: (Span(0, 60),) for day in range(7)})) == "every day 00:00–01:00"
    assert [pace_words(each) for each in (None, Pace(1, 60), Pace(5, 30), Pace(2, 120), Pace(3))] == [
        "as they come, within the caps",
        "at most 1 lead in each hour",
        "at most 5 leads in each 30 minutes",
        "at most 2 leads in each 2 hours",
        "at most 3 leads a day, spread evenly over the open hours",
    ]
    assert schedule_state(schedule, "Evening")["closed_on"] == "2026-12-25"
    assert schedule_state(None, "") == {}
    assert parse_days("2026-12-25,\n2027-01-01 ") == {date(2026, 12, 25), date(2027, 1, 1)}
    with pytest.raises(ValueError, match=r"^12/25$"):
        parse_days("2026-12-24 12/25")


def test_caps_in_words() -> None:
    daily = CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 20)
    money = CapTerms(CapPeriod.MONTH, CapMeasure.BUDGET, 90_050, CapScope(state="TX"), currency="USD")
    euros = CapTerms(CapPeriod.LIFETIME, CapMeasure.BUDGET, 500, CapScope(uuid4()), currency="EUR")
    assert [limit_words(each) for each in (daily, money, euros)] == [
        "20 leads a day",
        "$900.50 a month",
        "5.00 EUR in all, for good",
    ]
    assert scope_words(money, "") == "students in Texas"
    assert scope_words(euros, "Evening") == "programs of “Evening”"
    assert scope_words(CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 1, CapScope(program_id="p")), "") == "p"
    assert use_words(daily, 7) == "7 of 20 leads taken today, 13 left"
    assert use_words(daily, 20) == "20 of 20 leads taken today: full"
    assert use_words(daily, 25) == "25 of 20 leads taken today: full; more had gone before, and nothing is taken back"
    assert use_words(money, 4500) == "$45 of $900.50 taken this month, $855.50 left"
    assert cap_state(None, "") == {}


def test_what_may_cost_more() -> None:
    cap = CapTerms(CapPeriod.DAY, CapMeasure.BUDGET, 100, currency="USD")
    euros = CapTerms(CapPeriod.DAY, CapMeasure.BUDGET, 90, currency="EUR")
    lower = CapTerms(CapPeriod.DAY, CapMeasure.BUDGET, 99, when_full=WhenFull.TELL, currency="USD")
    assert [raises_spend(*each) for each in ((None, cap), (cap, lower), (lower, cap), (cap, None), (cap, euros))] == [
        *(False, False, True, True, True)
    ]


def test_moments_read_on_the_clocks_of_the_place() -> None:
    assert local_words(datetime(2026, 11, 30, 14, tzinfo=UTC), NEW_YORK) == "Mon, Nov 30, 09:00 EST"
    # The hour that comes twice is told apart.
    assert local_words(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), NEW_YORK) == "Sun, Nov 1, 01:30 EDT"
    assert local_words(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), NEW_YORK) == "Sun, Nov 1, 01:30 EST"
    assert local_words(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("America/Sao_Paulo")).endswith("21:00 (São Paulo)")


def test_each_outcome_is_one_sentence() -> None:
    at, cap = datetime(2026, 11, 30, 14, tzinfo=UTC), CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 3)
    found = {
        Foresight(LimitVerdict.GOES): "would go out at once.",
        Foresight(LimitVerdict.PAUSED): "would wait until leads are resumed: they are paused.",
        Foresight(LimitVerdict.ENDED): "would end: this partner takes no leads any more.",
        Foresight(LimitVerdict.CLOSED, at): "would wait until 09:00: outside your hours.",
        Foresight(LimitVerdict.CLOSED): "would wait until its time is over: outside your hours.",
        Foresight(LimitVerdict.PACED, at): "would wait until 09:00: your pace is used up until then.",
        Foresight(LimitVerdict.FULL, None, cap): (
            "would end at once and its student be told, since there is no place before its time is over: "
            "your cap of 3 leads a day (all leads) is full."
        ),
    }
    for foresight, words in found.items():
        told = foresight_words(foresight, lambda moment: f"{moment.astimezone(NEW_YORK):%H:%M}", whose="your")
        assert told == f"A lead that came this minute {words}"


def test_the_examples_of_the_paper_are_right() -> None:
    """Each row of the tables in `docs/limits.md`: the days on which the clocks change."""
    paper = (Path(__file__).resolve().parents[2] / "docs/limits.md").read_text()
    rows = re.findall(r"^\| (\S.*?) \| ([A-Z]\w+/\w+) \| (\S+) \| (\S+) \|$", paper, re.M)
    assert len(rows) >= 12
    for what, place, at, then in rows:
        moment, wanted = (datetime.fromisoformat(told).replace(tzinfo=UTC) for told in (at, then))
        if what in list(CapPeriod):
            found = CapPeriod(what).next_start(moment, ZoneInfo(place))
        else:
            found = Schedule({day: parse_hours(what) for day in range(7)}).next_open(moment, ZoneInfo(place))
        assert found == wanted, f"{what} in {place} at {at}"
