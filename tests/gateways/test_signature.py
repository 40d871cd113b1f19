"""Signatures: the published vectors, the reference library, and the laws of signing."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from webapp.gateways.signature import InvalidSignature, key_of, new_secret, sign, signature_headers, verify

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = b'{"lead_id": "x"}'


def test_the_standard_vectors_end_as_they_say(data_dir: Path) -> None:
    cases = json.loads((data_dir / "standard_webhooks_vectors.json").read_text())["cases"]
    assert len(cases) == 15
    ends = {case["name"]: _ends_as_it_says(case) for case in cases}
    assert ends == dict.fromkeys(ends, True)


def _ends_as_it_says(case: dict[str, Any]) -> bool:
    """Whether our verifier says of one vector what it says of itself, and our signer makes the signature it holds."""
    headers, body = case["headers"], case["payload"].encode()
    try:
        verify([case["secret"]], headers, body, now=datetime.fromtimestamp(case["now"], UTC))
    except InvalidSignature:
        return not case["expect_valid"]
    ours = sign(case["secret"], headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    return case["expect_valid"] and ours in headers["webhook-signature"].split(" ")


def test_the_reference_library_accepts_what_we_sign() -> None:
    secret = new_secret()
    now = datetime.now(UTC)
    headers = signature_headers([new_secret(), secret], "msg_1", now, BODY)
    assert standardwebhooks.Webhook(secret).verify(BODY.decode(), headers) == {"lead_id": "x"}
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(new_secret()).verify(BODY.decode(), headers)


def test_we_accept_what_the_reference_library_signs() -> None:
    secret = new_secret()
    signature = standardwebhooks.Webhook(secret).sign("msg_1", NOW, BODY.decode())
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(NOW.timestamp())), "Webhook-Signature": signature}
    verify([secret], headers, BODY, now=NOW)


def test_a_time_zone_does_not_change_the_signature() -> None:
    secret = new_secret()
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert sign(secret, "msg_1", NOW, BODY) == sign(secret, "msg_1", elsewhere, BODY)


def test_during_a_rotation_either_side_may_be_ahead() -> None:
    old, new = new_secret(), new_secret()
    both = signature_headers([new, old], "msg_1", NOW, BODY)
    verify([old], both, BODY, now=NOW)
    verify([new], both, BODY, now=NOW)
    verify([new, old], signature_headers([old], "msg_1", NOW, BODY), BODY, now=NOW)


@pytest.mark.parametrize(
    ("late", "reason"),
    [
        (timedelta(minutes=5, seconds=1), "timestamp_too_old"),
        (-timedelta(minutes=5, seconds=1), "timestamp_in_the_future"),
    ],
)
def test_a_replay_outside_the_tolerance_is_refused(late: timedelta, reason: str) -> None:
    secret = new_secret()
    headers = signature_headers([secret], "msg_1", NOW, BODY)
    with pytest.raises(InvalidSignature) as refused:
        verify([secret], headers, BODY, now=NOW + late)
    assert refused.value.reason == reason
    verify([secret], headers, BODY, now=NOW + late * (299 / 301))


@given(body=st.binary(max_size=200), flip=st.integers(min_value=0), place=st.integers(0, 7))
def test_any_changed_bit_of_the_body_is_noticed(body: bytes, flip: int, place: int) -> None:
    secret = new_secret()
    headers = signature_headers([secret], "msg_1", NOW, body)
    verify([secret], headers, body, now=NOW)
    forged = bytearray(body or b"x")
    forged[flip % len(forged)] ^= 1 << place
    with pytest.raises(InvalidSignature):
        verify([secret], headers, bytes(forged), now=NOW)


@pytest.mark.parametrize("timestamp", ["1e9", "-5", " 1764158400", "９９９", "", "1" * 40])
def test_a_timestamp_that_is_no_plain_number_is_refused(timestamp: str) -> None:
    secret = new_secret()
    headers = signature_headers([secret], "msg_1", NOW, BODY) | {"webhook-timestamp": timestamp}
    with pytest.raises(InvalidSignature):
        verify([secret], headers, BODY, now=NOW)


@pytest.mark.parametrize("webhook_id", ["", "a.b", "a b", "a\r\nx: y", "é"])
def test_an_id_that_could_be_mistaken_is_not_signed(webhook_id: str) -> None:
    with pytest.raises(ValueError, match="webhook id"):
        sign(new_secret(), webhook_id, NOW, BODY)


def test_a_naive_time_and_no_secret_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        sign(new_secret(), "msg_1", NOW.replace(tzinfo=None), BODY)
    with pytest.raises(ValueError, match="at least one secret"):
        signature_headers([], "msg_1", NOW, BODY)


def test_new_secrets_are_long_and_differ() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(secret.startswith("whsec_") and len(key_of(secret)) == 32 for secret in made)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***", "kein base64!"])
def test_a_secret_that_is_not_base64_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValueError, match="secret must") as refused:
        key_of(secret)
    assert not secret.removeprefix("whsec_") or secret not in str(refused.value)


def test_a_secret_may_come_without_its_prefix() -> None:
    assert key_of("whsec_" + base64.b64encode(b"k" * 24).decode()) == b"k" * 24
    assert key_of(base64.b64encode(b"k" * 24).decode()) == b"k" * 24
