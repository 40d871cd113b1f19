"""For every status and reason, and for each reader, there is an answer to "why not delivered, and what next, when"."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from webapp.domain.lead import LEAD_LIFECYCLE, REASONS, LeadStatus
from webapp.domain.standing import Reader, Times, known, standing_of
from webapp.ui.formats import format_datetime

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TIMES = Times(
    undo_until=NOW + timedelta(minutes=10), due_at=NOW + timedelta(hours=1), expires_at=NOW + timedelta(days=30)
)
ANSWERS = ("http_200", "http_302", "http_404", "The program is closed", None)
CASES = [(status, reason) for status in LeadStatus for reason in (*sorted(REASONS[status]), *ANSWERS)]


@pytest.mark.parametrize("reader", list(Reader))
def test_nothing_lacks_words(reader: Reader) -> None:
    for status, reason in CASES:
        for was_sent in (False, True):
            for retry_at in (None, NOW + timedelta(hours=2)):
                times = Times(TIMES.undo_until, TIMES.due_at, retry_at, TIMES.expires_at)
                told = standing_of(
                    reader, status, reason, times, partner="Larkspur", say=format_datetime, was_sent=was_sent
                )
                for sentence in (told.why, told.next_step):
                    assert sentence.endswith("."), (status, reason)
                    assert not re.search(r"[{}_<>]|http(?!\d)", sentence), sentence
                    assert "closed" not in sentence, "a partner's own words are shown apart"
                is_over = not LEAD_LIFECYCLE.roads[status]
                if not is_over and status in (LeadStatus.UNDO_WINDOW, LeadStatus.HELD_CAP, LeadStatus.HELD_REVIEW):
                    assert "2026" in told.next_step, (status, reason)


def test_each_reason_of_ours_has_sentences_of_its_own() -> None:
    missing = [
        (str(status), reason) for status in LeadStatus for reason in REASONS[status] if not known(status, reason)
    ]
    assert missing == []


def test_each_reader_is_spoken_to() -> None:
    told = {
        reader: standing_of(reader, LeadStatus.HELD_CAP, "cap_full", TIMES, partner="Larkspur", say=format_datetime)
        for reader in Reader
    }
    assert told[Reader.PARTNER].why == "Your cap is full for now."
    assert told[Reader.STAFF].why == "The cap of Larkspur is full."
    assert "Nothing has been sent" in told[Reader.STUDENT].why
    assert "November 25, 2026, 13:00 UTC" in told[Reader.STUDENT].next_step


def test_between_tries_the_next_one_is_named() -> None:
    times = Times(retry_at=NOW + timedelta(hours=2), expires_at=NOW + timedelta(days=30))
    for reader in Reader:
        told = standing_of(
            reader, LeadStatus.DELIVERING, "delivery_started", times, partner="Larkspur", say=format_datetime
        )
        assert "November 25, 2026, 14:00 UTC" in told.next_step
