"""Codes that change every half minute, from a secret that a person's device and we share (RFC 6238, RFC 4226)."""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

PERIOD_SECONDS: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""As many as the hash gives, which RFC 4226 §4 asks for."""
RECOVERY_CODES: Final = 10
_EITHER_WAY: Final = 1
"""Periods by which a device's clock may be off."""
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for each other."""


def new_shared_secret() -> str:
    """160 random bits in base 32, as devices take them."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int, *, digits: int = DIGITS) -> str:
    """The code of one period, counted from 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: str, code: str, now: datetime, *, last_step: int | None) -> int | None:
    """The period that `code` belongs to; None when it is wrong, too old, or not later than the last one used.

    A code counts once: whoever looks over a shoulder cannot use it again.
    """
    plain = "".join(code.split())
    current = int(now.timestamp()) // PERIOD_SECONDS
    found = None
    for step in range(current - _EITHER_WAY, current + _EITHER_WAY + 1):
        # All are compared, so that the time taken says nothing.
        if hmac.compare_digest(code_at(secret, step).encode(), plain.encode()):
            found = step
    return None if found is None or (last_step is not None and found <= last_step) else found


def enrolment_url(secret: str, *, issuer: str, account: str) -> str:
    """What the picture holds that a device scans."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={PERIOD_SECONDS}"


def new_recovery_codes() -> tuple[str, ...]:
    """Codes for the day the device is lost, each good once: ten letters, about 49 random bits."""
    return tuple(_recovery_code() for _ in range(RECOVERY_CODES))


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it is compared, however it was typed."""
    return "".join(letter for letter in typed.lower() if letter in _LETTERS)


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"
