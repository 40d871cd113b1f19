"""Signed ids: a token that names one row for one purpose, and that nobody without the secret can make.

Unlike a derived token it need not be stored to be read: links in mails, which are many, cost no row of their own.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Final
from uuid import UUID

_ID_BYTES: Final = 16
_SIGNATURE_BYTES: Final = 20


def sign_id(secret: str, purpose: str, subject: UUID) -> str:
    """A token of 48 letters for `subject`, good for `purpose` alone."""
    return urlsafe_b64encode(subject.bytes + _signature(secret, purpose, subject.bytes)).decode()


def read_signed_id(secret: str, purpose: str, token: str) -> UUID | None:
    """The id in `token`; None where it was not signed with `secret` for `purpose`."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except (Error, ValueError):
        return None
    subject, signature = raw[:_ID_BYTES], raw[_ID_BYTES:]
    if len(raw) != _ID_BYTES + _SIGNATURE_BYTES:
        return None
    if not hmac.compare_digest(signature, _signature(secret, purpose, subject)):
        return None
    return UUID(bytes=subject)


def _signature(secret: str, purpose: str, subject: bytes) -> bytes:
    return hmac.digest(secret.encode(), f"signed:{purpose}:".encode() + subject, "sha256")[:_SIGNATURE_BYTES]
