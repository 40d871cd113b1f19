"""What a refusal says of an address: only what speaks of the mailbox is hard."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.bounce import ReportKind, SoftRule, code_of, kind_of_failure, strongest
from webapp.domain.ids import new_id
from webapp.domain.signed_id import read_signed_id, sign_id

K = ReportKind


@pytest.mark.parametrize(
    ("action", "status", "words", "kind"),
    [
        ("failed", "5.1.1", "", K.HARD_BOUNCE),
        ("failed", "5.1.10", "550 5.1.10 null MX", K.HARD_BOUNCE),
        ("failed", "5.0.0", "550 user unknown", K.HARD_BOUNCE),
        ("failed", "5.0.0", "550 5.2.2 mailbox full", K.SOFT_BOUNCE),
        ("failed", "5.1.1", "550 5.1.1 blocked: poor reputation", K.BLOCKED),
        ("failed", "5.7.1", "550 5.7.1 no such user here", K.HARD_BOUNCE),
        ("failed", "5.7.1", "550 5.7.1 message rejected due to spam", K.BLOCKED),
        ("failed", "5.3.4", "552 5.3.4 message too large", K.BLOCKED),
        ("failed", "5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", K.HARD_BOUNCE),
        ("failed", "4.4.7", "delivery time expired", K.SOFT_BOUNCE),
        ("failed", "", "", K.SOFT_BOUNCE),
        ("failed", "nonsense", "no words at all", K.SOFT_BOUNCE),
        ("delayed", "5.1.1", "user unknown", K.DELAYED),
        ("Relayed", "2.0.0", "", K.DELIVERED),
    ],
)
def test_only_what_speaks_of_the_mailbox_is_hard(action: str, status: str, words: str, kind: ReportKind) -> None:
    assert kind_of_failure(action, status, words) is kind


@settings(max_examples=80)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_whatever_is_said_is_some_kind(action: str, status: str, words: str) -> None:
    kind = kind_of_failure(action, status, words)
    assert strongest([K.OTHER, kind]) is kind
    assert code_of(words) == "" or code_of(code_of(words)) == code_of(words)


def test_no_address_number_is_taken_for_a_code() -> None:
    assert code_of("host 5.1.1.9 said: 550 no") == "5.0.0"
    assert code_of("id 1234-550 x") == ""
    assert code_of("#5.1.1 then 4.2.2") == "5.1.1"


@given(st.lists(st.integers(0, 40), max_size=8))
def test_soft_bounces_count_days(offsets: list[int]) -> None:
    days = [date(2026, 11, 1) + timedelta(days=each) for each in offsets]
    assert SoftRule().is_met(days) is (len(set(offsets)) >= 3)


def test_a_signed_id_opens_for_one_purpose_and_one_secret() -> None:
    subject = new_id()
    token = sign_id("secret", "unsubscribe:all", subject)
    assert read_signed_id("secret", "unsubscribe:all", token) == subject
    for wrong in (("other", "unsubscribe:all"), ("secret", "unsubscribe:matches")):
        assert read_signed_id(*wrong, token) is None
    for position in range(0, len(token), 5):
        changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        assert read_signed_id("secret", "unsubscribe:all", changed) is None
    for rubbish in ("", "x", "ä" * 48, token + "AAAA", token[:-4], "=" * 48):
        assert read_signed_id("secret", "unsubscribe:all", rubbish) is None
    assert datetime.now(UTC).isoformat()[:10] not in token
    assert str(UUID(int=subject.int)) not in token
