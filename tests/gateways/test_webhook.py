"""What a partner's answer means: every status, every body, every Retry-After."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.answer_rule import read_rules
from webapp.domain.delivery import AttemptOutcome
from webapp.gateways.fakes import an_answer
from webapp.gateways.http_webhook import headers_of
from webapp.gateways.signature import new_secret
from webapp.gateways.webhook import (
    EXCERPT_CHARACTERS,
    LONGEST_WAIT,
    Outcome,
    WebhookRequest,
    classify,
    classify_by,
    clean,
    excerpt_of,
    retry_after,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A = AttemptOutcome


@pytest.mark.parametrize(
    ("status", "kind", "stop"),
    [
        (200, A.ACCEPTED, False), (201, A.ACCEPTED, False), (202, A.ACCEPTED, False), (204, A.ACCEPTED, False),
        (299, A.ACCEPTED, False), (101, A.PERMANENT, False), (302, A.PERMANENT, False), (304, A.PERMANENT, False),
        (400, A.REJECTED, False), (401, A.REJECTED, False), (403, A.REJECTED, False), (404, A.REJECTED, False),
        (405, A.REJECTED, False), (408, A.RETRYABLE, False), (409, A.DUPLICATE, False), (410, A.PERMANENT, True),
        (413, A.REJECTED, False), (418, A.REJECTED, False), (422, A.REJECTED, False), (425, A.RETRYABLE, False),
        (429, A.RETRYABLE, False), (451, A.REJECTED, False), (500, A.RETRYABLE, False), (502, A.RETRYABLE, False),
        (503, A.RETRYABLE, False), (504, A.RETRYABLE, False), (599, A.RETRYABLE, False), (600, A.PERMANENT, False),
    ],
)  # fmt: skip
def test_the_status_speaks(status: int, kind: AttemptOutcome, stop: bool) -> None:
    assert classify(an_answer(status)) == Outcome(kind, f"http_{status}", None, stop)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('{"outcome": "accepted"}', Outcome(A.ACCEPTED, "http_200")),
        ('{"outcome": "rejected"}', Outcome(A.REJECTED, "answer_rejected")),
        ('{"outcome": " Rejected ", "reason": "Wrong  state:\\r\\n TX"}', Outcome(A.REJECTED, "Wrong state: TX")),
        ('{"outcome": "duplicate", "reason": "seen 2026-01-02"}', Outcome(A.DUPLICATE, "seen 2026-01-02")),
        ('{"outcome": "duplicate"}', Outcome(A.DUPLICATE, "answer_duplicate")),
        ('{"outcome": "error", "reason": "database"}', Outcome(A.RETRYABLE, "answer_error")),
        ('{"outcome": "queued"}', Outcome(A.ACCEPTED, "http_200")),
        ('{"outcome": ["rejected"]}', Outcome(A.ACCEPTED, "http_200")),
        ('{"outcome": "rejected", "reason": {"a": 1}}', Outcome(A.REJECTED, "answer_rejected")),
        ('["rejected"]', Outcome(A.ACCEPTED, "http_200")),
        ('"rejected"', Outcome(A.ACCEPTED, "http_200")),
        ("<html>rejected</html>", Outcome(A.ACCEPTED, "http_200")),
        ('{"outcome": "rejected"', Outcome(A.ACCEPTED, "http_200")),
        ("[" * 60_000, Outcome(A.ACCEPTED, "http_200")),
        ("1" * 10_000, Outcome(A.ACCEPTED, "http_200")),
        ("", Outcome(A.ACCEPTED, "http_200")),
    ],
)
def test_a_success_may_carry_another_outcome_in_its_body(body: str, outcome: Outcome) -> None:
    assert classify(an_answer(200, body.encode())) == outcome


def test_a_rejection_past_the_excerpt_is_still_read() -> None:
    body = json.dumps({"echo": "x" * 20_000, "outcome": "rejected"}).encode()
    answer = an_answer(200, body)
    assert len(answer.excerpt) == EXCERPT_CHARACTERS
    assert classify(answer).kind is A.REJECTED


def test_a_refusal_may_carry_its_reason() -> None:
    assert classify(an_answer(422, b'{"reason": "No such program"}')) == Outcome(A.REJECTED, "No such program")


@given(status=st.integers(100, 999), body=st.binary(max_size=300))
def test_no_answer_is_without_a_meaning(status: int, body: bytes) -> None:
    outcome = classify(an_answer(status, body))
    assert outcome.reason
    assert len(outcome.reason) <= 200
    assert outcome.reason == clean(outcome.reason)
    assert (outcome.kind is A.ACCEPTED) <= (200 <= status < 300)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(0)),
        (" 7 ", timedelta(seconds=7)),
        ("999999999", LONGEST_WAIT),
        ("Sun, 22 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Sunday, 22-Nov-26 12:05:00 GMT", timedelta(minutes=5)),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, now=NOW) == wait
    assert classify(an_answer(503, retry_after=value), now=NOW).retry_after == wait


@given(st.binary(max_size=20_000))
def test_an_excerpt_is_short_plain_text(body: bytes) -> None:
    excerpt = excerpt_of(body)
    assert len(excerpt) <= EXCERPT_CHARACTERS
    assert not any(
        (ord(character) < 32 and character not in "\t\n") or 127 <= ord(character) < 160 for character in excerpt
    )
    excerpt.encode("utf-8")


def test_an_excerpt_shows_what_would_hide() -> None:
    assert excerpt_of(b"a\x00b\x1b[31m\r\nc\xff") == "a\ufffdb\ufffd[31m\nc\ufffd"
    assert excerpt_of("\u202eevil\u2066\u200b".encode()) == "\ufffdevil\ufffd\ufffd"
    assert excerpt_of(b"<script>alert(1)</script>") == "<script>alert(1)</script>"


def test_a_partners_own_rules_come_before_what_answers_mean_to_everybody() -> None:
    rules = read_rules(
        [
            {"means": "rejected", "path": "status", "equals": ["no"], "reason_path": "why"},
            {"means": "error", "status": [200, 200], "contains": "try later"},
            {"means": "accepted", "status": [302, 399]},
        ]
    )

    def meaning(status: int, body: bytes, **headers: str) -> tuple[AttemptOutcome, str, timedelta | None]:
        outcome = classify_by(rules, an_answer(status, body, **headers), now=NOW)
        return outcome.kind, outcome.reason, outcome.retry_after

    assert meaning(200, b'{"status": "no", "why": "full\\u202e"}') == (AttemptOutcome.REJECTED, "full\ufffd", None)
    later = meaning(200, b"Please TRY LATER", retry_after="90")
    assert later == (AttemptOutcome.RETRYABLE, "answer_error", timedelta(seconds=90))
    assert meaning(200, b"{}")[0] is AttemptOutcome.ACCEPTED
    assert meaning(503, b'{"status": "yes"}')[:2] == (AttemptOutcome.RETRYABLE, "http_503")
    cut = replace(an_answer(200, b'{"status": "no"'), truncated=True)
    assert classify_by(rules, cut, now=NOW).kind is AttemptOutcome.ACCEPTED


def test_headers_of_a_method_never_overrule_ours() -> None:
    set_by_them = {"X-Key": "1", "Webhook-Id": "2", "HOST": "3"}
    request = WebhookRequest("https://partner.example/", b"{}", "wh_1", (new_secret(),), NOW, headers=set_by_them)
    told = headers_of(request)
    assert told["X-Key"] == "1"
    assert (told["webhook-id"], "HOST" in told, "Webhook-Id" in told) == ("wh_1", False, False)
