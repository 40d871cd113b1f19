"""Dates, money and numbers as people read them."""

import datetime as dt
from typing import Any

import pytest

from webapp.ui.formats import (
    format_date,
    format_datetime,
    format_dollars,
    format_money,
    format_number,
    format_percent,
    plural,
    time_tag,
)

MOMENT = dt.datetime(2026, 11, 22, 23, 5, tzinfo=dt.timezone(dt.timedelta(hours=-8)))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (dt.date(2026, 1, 3), "January 3, 2026"),
        (MOMENT, "November 23, 2026"),
        ("2026", "2026"),
        ("2026-11", "November 2026"),
        ("2026-11-22", "November 22, 2026"),
        ("2026-11-22T23:05:00+00:00", "November 22, 2026"),
        (None, ""),
        ("", ""),
    ],
)
def test_dates(value: Any, words: str) -> None:
    assert format_date(value) == words


def test_moments_are_told_in_utc() -> None:
    assert format_datetime(MOMENT) == "November 23, 2026, 07:05 UTC"
    assert format_datetime(MOMENT.isoformat()) == "November 23, 2026, 07:05 UTC"
    assert format_datetime(None) == ""
    with pytest.raises(ValueError, match="time zone"):
        format_datetime(MOMENT.replace(tzinfo=None))


def test_time_tags_carry_the_machine_form() -> None:
    assert time_tag(MOMENT, "short") == '<time datetime="2026-11-23T07:05:00Z">2026-11-23 07:05</time>'
    assert time_tag("2026-11") == '<time datetime="2026-11">November 2026</time>'
    assert time_tag(MOMENT, "datetime").endswith(">November 23, 2026, 07:05 UTC</time>")
    assert time_tag(None) == ""


@pytest.mark.parametrize(
    ("cents", "words"), [(3_000_000, "$30,000"), (0, "$0"), (1999, "$19.99"), (-50, "−$0.50"), (None, "")]
)
def test_money(cents: int | None, words: str) -> None:
    assert format_money(cents) == words


def test_numbers() -> None:
    assert format_dollars(24600.0) == "$24,600"
    assert format_dollars(None) == ""
    assert format_number(12345) == "12,345"
    assert format_number(3.40, 2) == "3.4"
    assert format_number(100.0, 1) == "100"
    assert format_number(None) == ""
    assert format_percent(0.844) == "84%"
    assert plural(1, "school") == "1 school"
    assert plural(1200, "school") == "1,200 schools"
    assert plural(2, "degree of mastery", "degrees of mastery") == "2 degrees of mastery"
