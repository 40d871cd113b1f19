"""Answer rules: what a partner's own answers mean, and that no body can break the reading of them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.answer_rule import Verdict, judge, read_rules, value_at
from webapp.domain.errors import Refused

RULES = read_rules(
    [
        {
            "means": "duplicate",
            "path": "result.errors[0].code",
            "equals": ["DUP", "ALREADY"],
            "reason_path": "result.text",
        },
        {"means": "rejected", "status": [200, 299], "contains": "not accepted"},
        {"means": "error", "path": "ok", "equals": ["false"]},
        {"means": "accepted", "path": "id"},
        {"means": "error", "status": [404, 404]},
    ]
)


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"result": {"errors": [{"code": "dup"}], "text": "Known since May"}}', Verdict.DUPLICATE),
        (200, b"<p>Lead NOT accepted</p>", Verdict.REJECTED),
        (500, b"<p>Lead NOT accepted</p>", None),
        (200, b'{"ok": false, "id": 7}', Verdict.ERROR),
        (200, b'{"ok": true, "id": 7}', Verdict.ACCEPTED),
        (200, b'{"id": null}', None),
        (404, b"", Verdict.ERROR),
        (200, b"[" * 5000, None),
        (200, b"\xff\xfe", None),
    ],
)
def test_the_first_rule_that_holds_decides(status: int, body: bytes, verdict: Verdict | None) -> None:
    judged = judge(RULES, status, body)
    assert (judged and judged.verdict) == verdict
    if verdict is Verdict.DUPLICATE:
        assert judged is not None
        assert judged.reason == "Known since May"


def test_rules_are_written_and_read_back() -> None:
    assert read_rules([rule.to_json() for rule in RULES]) == RULES
    assert value_at({"a": [{"b": 1}]}, "a[0].b") == 1
    assert value_at({"a": [{"b": 1}]}, "a[7].b") is None


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("x", "list"),
        ([1], "object"),
        ([{"means": "maybe", "status": [1, 2]}], "what it means"),
        ([{"means": "accepted"}], "holds for every answer"),
        ([{"means": "accepted", "status": [300, 200]}], "range of statuses"),
        ([{"means": "accepted", "path": "a..b"}], "cannot be read"),
        ([{"means": "accepted", "path": "$.a[?(@.b)]"}], "cannot be read"),
        ([{"means": "accepted", "contains": "x", "equals": ["y"]}], "says not what"),
        ([{"means": "accepted", "contains": "x", "regex": ".*"}], "no setting called regex"),
    ],
)
def test_rules_that_cannot_be_read_say_why(told: Any, word: str) -> None:
    with pytest.raises(Refused, match=word):
        read_rules(told)


@settings(max_examples=60)
@given(status=st.integers(100, 599), body=st.binary(max_size=80) | st.text(max_size=40).map(str.encode))
def test_no_answer_breaks_the_reading(status: int, body: bytes) -> None:
    judge(RULES, status, body)
