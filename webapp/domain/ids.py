"""Identifiers: time-ordered for rows, random for anything that opens a door."""

import hashlib
import hmac
import secrets
import time
import uuid
from base64 import urlsafe_b64encode

TOKEN_BYTES = 32


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Rows made one after the other sort and index in that order.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def derived_token(secret: str, purpose: str, subject: uuid.UUID, version: int) -> str:
    """A 256-bit link token that the server can make again but that nobody without `secret` can guess.

    Only its hash is stored, yet a mail sent later can still carry the link. Raising `version` revokes older links.
    """
    told = f"{purpose}:{subject}:{version}".encode()
    return urlsafe_b64encode(hmac.digest(secret.encode(), told, "sha256")).rstrip(b"=").decode()


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens carry 256 bits, so one plain SHA-256 is enough (ASVS 5.0 §11.4)."""
    return hashlib.sha256(token.encode()).digest()


def address_key(secret: str, address: str) -> bytes:
    """The keyed hash under which an e-mail address is recognised after the address itself is erased."""
    return hmac.digest(secret.encode(), b"address:" + address.strip().lower().encode(), "sha256")
