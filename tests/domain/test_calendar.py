"""Days in words, as exact as they were given."""

from datetime import UTC, date, datetime

import pytest

from webapp.domain.calendar import as_of_words, day_words


@pytest.mark.parametrize(
    ("as_of", "words"), [("2026-10-04", "October 4, 2026"), ("2026-10", "October 2026"), ("2026", "2026")]
)
def test_a_date_is_told_as_exactly_as_it_was_given(as_of: str, words: str) -> None:
    assert as_of_words(as_of) == words


@pytest.mark.parametrize("as_of", ["2026-13", "2026-02-30", "last year", ""])
def test_what_is_no_date_stays_as_it_was_written(as_of: str) -> None:
    assert as_of_words(as_of) == as_of


def test_a_moment_is_told_by_its_day() -> None:
    assert day_words(date(2026, 1, 9)) == day_words(datetime(2026, 1, 9, 23, 59, tzinfo=UTC)) == "January 9, 2026"
