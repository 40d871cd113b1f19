"""Numbers are read as people write them, and nothing else is read as a number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ui.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30000", 30000),
        ("$30,000", 30000),
        ("30 000", 30000),
        ("30\u00a0000 USD", 30000),
        ("30k", 30000),
        ("$2.5K", 2500),
        ("1,234,567.5", 1234567.5),
        ("3,4", 3.4),
        (" 3.4 ", 3.4),
        ("15 hours", 15),
        ("0", 0),
        ("-2", -2),
    ],
)
def test_what_people_write(text: str, value: float) -> None:
    assert parse_number(text, unit="hours") == value


@pytest.mark.parametrize(
    "text", ["", "five", "nan", "inf", "1e9", "3..4", "1,23,456", "12 or 15", "9" * 16, "--1", "٣"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text) + "$"):
        parse_number(text)


@given(st.integers(min_value=0, max_value=10**12))
def test_separators_never_change_a_number(value: int) -> None:
    assert parse_number(f"{value:,}") == parse_number(f"${value}") == value


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    try:
        value = parse_number(text)
    except ValueError:
        return
    assert abs(value) < 1e19
