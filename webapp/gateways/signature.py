"""Webhook signatures after the Standard Webhooks specification, version 1 (HMAC-SHA256, symmetric secrets).

What is signed is `{webhook-id}.{webhook-timestamp}.{body}`. A header may hold several signatures, apart by spaces, so
that a secret can be changed without a gap: sign with the new and the old one, and the receiver accepts either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random_source
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

PREFIX: Final = "whsec_"
TOLERANCE: Final = timedelta(minutes=5)
_VERSION: Final = "v1"
_ID: Final = re.compile(r"[!-\-/-~]+")  # visible ASCII without the dot, which parts the signed fields
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


class InvalidSignature(Exception):
    """The request is not from who holds the secret, or not from now. `reason` is a machine code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def new_secret() -> str:
    """A fresh secret with 256 bits of randomness."""
    return PREFIX + base64.b64encode(random_source.token_bytes(32)).decode("ascii")


def key_of(secret: str) -> bytes:
    """The key bytes of a secret, with or without its prefix; ValueError when it is not base64 or is empty."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise ValueError("A webhook secret must be base64, with or without whsec_ before it.") from fault
    if not key:
        raise ValueError("A webhook secret must not be empty.")
    return key


def sign(secret: str, webhook_id: str, timestamp: datetime | int, body: bytes) -> str:
    """The value of one signature, `v1,<base64>`. `timestamp` is an aware datetime or whole seconds since 1970."""
    if not _ID.fullmatch(webhook_id):
        raise ValueError("A webhook id is visible ASCII without spaces and dots.")
    return _signature(key_of(secret), webhook_id, str(_seconds(timestamp)), body)


def signature_headers(
    secrets: Sequence[str], webhook_id: str, timestamp: datetime | int, body: bytes
) -> dict[str, str]:
    """The three headers a receiver needs, with one signature for each secret, in the order given."""
    if not secrets:
        raise ValueError("Signing needs at least one secret.")
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(_seconds(timestamp)),
        "webhook-signature": " ".join(sign(secret, webhook_id, timestamp, body) for secret in secrets),
    }


def verify(
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Returns when any signature fits any secret and the timestamp lies within `tolerance` of `now`, either side.

    Raises InvalidSignature otherwise. Header names are matched without regard to case. Comparing takes the same time
    wherever the first difference is.
    """
    told = {name.lower(): value for name, value in headers.items()}
    webhook_id, timestamp, signatures = (told.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not (webhook_id and timestamp and signatures):
        raise InvalidSignature("header_missing")
    if not _SECONDS.fullmatch(timestamp):
        raise InvalidSignature("timestamp_not_a_number")
    age = now.timestamp() - int(timestamp)
    if age > tolerance.total_seconds():
        raise InvalidSignature("timestamp_too_old")
    if -age > tolerance.total_seconds():
        raise InvalidSignature("timestamp_in_the_future")
    offered = [entry.encode() for entry in signatures.split(" ") if entry.startswith(f"{_VERSION},")]
    expected = [_signature(key_of(secret), webhook_id, timestamp, body).encode() for secret in secrets]
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in offered]
    if not any(matches):
        raise InvalidSignature("no_signature_fits")


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    return f"{_VERSION},{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode('ascii')}"


def _seconds(timestamp: datetime | int) -> int:
    if isinstance(timestamp, int):
        return timestamp
    if timestamp.tzinfo is None:
        raise ValueError("A webhook timestamp must be aware of its time zone.")
    return int(timestamp.timestamp())
