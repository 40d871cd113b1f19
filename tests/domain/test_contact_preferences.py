"""Preferences go out and come back whole, and their words say every limit."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.consent import introduction_text
from webapp.domain.contact_preferences import ContactHours, ContactPreferences, Day, PartOfDay, ways
from webapp.domain.geography import STATES
from webapp.domain.partner import ContactChannel
from webapp.domain.time_zone import TIME_ZONES, guess_time_zone

hours = st.builds(ContactHours.of, st.sets(st.sampled_from(Day)), st.sets(st.sampled_from(PartOfDay)))
preferences = st.builds(
    ContactPreferences,
    st.none() | hours,
    st.none() | st.sampled_from(sorted(TIME_ZONES)),
    st.sampled_from(["en", "es", "vi"]),
    st.none() | st.integers(1, 9),
)
channels = st.sets(st.sampled_from(ContactChannel), min_size=1)


@given(preferences)
def test_preferences_survive_storing(told: ContactPreferences) -> None:
    assert ContactPreferences.from_json(told.to_json()) == told


def test_a_lead_older_than_preferences_reads_as_it_was_sent() -> None:
    assert ContactPreferences.from_json({}).to_json() == {
        "hours": None,
        "time_zone": None,
        "language": "en",
        "max_attempts": 3,
    }


@given(hours)
def test_hours_lie_within_what_the_law_allows_and_do_not_touch(told: ContactHours) -> None:
    assert told.days
    assert all(8 <= start < end <= 21 for start, end in told.spans)
    assert all(end < start for (_, end), (start, _) in zip(told.spans, told.spans[1:], strict=False))


@pytest.mark.parametrize(
    ("days", "parts", "words"),
    [
        ([], [], "on any day between 8 AM and 9 PM"),
        (list(Day)[:5], ["morning", "afternoon"], "on Mondays to Fridays between 8 AM and 5 PM"),
        ([Day.SAT], ["morning", "evening"], "on Saturdays between 8 AM and 12 PM or between 5 PM and 9 PM"),
        ([*list(Day)[:5], Day.SUN], ["evening"], "on Mondays to Fridays and Sundays between 5 PM and 9 PM"),
        ([Day.TUE, Day.THU], ["afternoon"], "on Tuesdays and Thursdays between 12 PM and 5 PM"),
    ],
)
def test_hours_in_words(days: list[Day], parts: list[str], words: str) -> None:
    assert ContactHours.of(days, [PartOfDay(part) for part in parts]).words() == words


@given(preferences, channels)
def test_the_words_agreed_to_hold_every_limit_and_every_way(
    told: ContactPreferences, allowed: set[ContactChannel]
) -> None:
    bound = told.within(allowed)
    text = introduction_text("Larkspur Institute, Inc.", "M.S. in Data Science", allowed, bound)
    assert text.count("Larkspur Institute, Inc.") == 2
    assert ways(allowed, "or") in text
    for channel in set(ContactChannel) - allowed:
        assert ways({channel}) not in text
    if bound.hours is not None:
        assert bound.hours.words() in text
        assert any(channel.needs_phone for channel in allowed)
    assert ("at most" in text) == (bound.max_attempts is not None)
    assert "  " not in text


@given(preferences, preferences, channels)
def test_other_limits_are_other_words(
    one: ContactPreferences, two: ContactPreferences, allowed: set[ContactChannel]
) -> None:
    first, second = one.within(allowed), two.within(allowed)
    if first.hours is None and second.hours is None:
        return  # a zone binds nobody where nobody may call
    texts = {introduction_text("Larkspur", "M.S.", allowed, each) for each in (first, second)}
    assert (len(texts) == 1) == (first == second)


def test_every_zone_exists_and_every_state_has_one() -> None:
    assert all(ZoneInfo(zone) for zone in TIME_ZONES)
    assert all(guess_time_zone("US", state, None) in TIME_ZONES for state in STATES)


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (("US", "CA", "94110"), "America/Los_Angeles"),
        (("US", "TX", "79901"), "America/Denver"),
        (("US", "FL", "32501"), "America/Chicago"),
        (("US", None, "32501"), "America/Chicago"),
        (("US", "TN", None), "America/Chicago"),
        (("US", "TN", "37902"), "America/New_York"),
        ((None, "ID", "83814"), "America/Los_Angeles"),
        (("IN", None, None), "Asia/Kolkata"),
        (("IN", "IN", "46204"), "Asia/Kolkata"),
        (("US", None, None), None),
        (("BR", None, None), None),
        ((None, None, None), None),
    ],
)
def test_the_guess_of_a_zone(place: tuple[str | None, str | None, str | None], zone: str | None) -> None:
    assert guess_time_zone(*place) == zone
