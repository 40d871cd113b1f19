"""Signing mail with DomainKeys Identified Mail (RFC 6376, RFC 8463), so that receivers know it is ours and unchanged.

Canonicalisation is `relaxed/simple`: our bodies are short ASCII lines without a blank at their ends, or are quoted. No
server has a reason to touch a blank in them, and hashing them as they are takes a third of the time. The signing itself
is done by the library `cryptography`.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNED: Final = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted",
)  # fmt: skip
"""Headers a signature covers. RFC 8058 §4 asks for the two of List-Unsubscribe, RFC 6376 §5.4.1 for most others.

A header that a mail does not have is signed as missing, so that nobody can add it on the way.
"""
_TWICE: Final = ("From", "To", "Subject", "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post")
"""Named once more than they occur (RFC 6376 §8.15): a second one put in on the way breaks the signature."""
SMALLEST_RSA: Final = 1024
_BLANKS: Final = re.compile(rb"[ \t]+")
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class DkimSigner:
    """Signs for `domain` with the key that its name server shows under `selector`. The key stays out of repr."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, domain: str, selector: str, pem: bytes) -> DkimSigner:
        """From an unencrypted private key in PEM, RSA or Ed25519. ValueError, without the key in it, otherwise."""
        if not (_NAME.fullmatch(domain) and _NAME.fullmatch(selector)):
            raise ValueError("The domain or the selector is not a name.")
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("The key is not an unencrypted private key in PEM.") from None
        if isinstance(key, RSAPrivateKey):
            if key.key_size < SMALLEST_RSA:
                raise ValueError(f"The key must have {SMALLEST_RSA} bits or more; receivers want 2048.")
        elif not isinstance(key, Ed25519PrivateKey):
            raise ValueError("The key must be one of RSA or Ed25519.")
        return cls(domain, selector, key)

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    def public_record(self) -> str:
        """The TXT record that belongs at `selector._domainkey.domain`."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            kind, form = (
                "rsa",
                public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
            )
        else:
            kind, form = "ed25519", public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k={kind}; p={b64encode(form).decode()}"

    def signature(self, content: bytes, *, at: datetime) -> bytes:
        """The header DKIM-Signature, with its line end, to stand before `content`, a whole mail with CRLF line ends."""
        end = content.find(b"\r\n\r\n")
        headers = _headers(content if end < 0 else content[:end])
        names = _names(tuple(name for name, _ in headers))
        fields = [
            f"DKIM-Signature: v=1; a={self.algorithm}; c=relaxed/simple;",
            f"d={self.domain}; s={self.selector}; t={int(at.timestamp())};",
            *_named(names),
            f"bh={b64encode(_body_hash(content, len(content) if end < 0 else end + 4)).decode()};",
            "b=",
        ]
        unsigned = "\r\n ".join(fields).encode()
        told = b"".join([*_chosen(headers, names), _relaxed(unsigned)])
        signature = b64encode(self._signed(told)).decode()
        lines = [signature[start : start + 72] for start in range(0, len(signature), 72)]
        return unsigned + "\r\n ".join(lines).encode() + b"\r\n"

    def _signed(self, told: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(told, PKCS1v15(), hashes.SHA256())
        # RFC 8463 §3: Ed25519 signs the hash, not the text.
        return self.key.sign(hashlib.sha256(told).digest())


def _headers(head: bytes) -> list[tuple[str, bytes]]:
    """Each header's name in lower case and the whole of it, with its folds."""
    found: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + b"\r\n" + line)
        else:
            found.append((line.partition(b":")[0].strip().lower().decode("ascii", "replace"), line))
    return found


@lru_cache(maxsize=64)
def _names(there: tuple[str, ...]) -> tuple[str, ...]:
    """The names for the tag `h`, as often as each is to be signed."""
    return tuple(name for name in SIGNED for _ in range(max(1, there.count(name.lower()) + (name in _TWICE))))


@lru_cache(maxsize=64)
def _named(names: tuple[str, ...]) -> list[str]:
    """The tag `h` on lines of their own, since it grows long."""
    lines, line = [], "h="
    for number, name in enumerate(names):
        piece = f"{name}{':' if number < len(names) - 1 else ';'}"
        if len(line) + len(piece) > 70:
            lines.append(line)
            line = ""
        line += piece
    return [*lines, line]


def _chosen(headers: Sequence[tuple[str, bytes]], names: Sequence[str]) -> list[bytes]:
    """The headers that `names` stand for, from the last one up (RFC 6376 §5.4.2); one that is missing adds nothing."""
    left: dict[str, list[bytes]] = {}
    for name, header in headers:
        left.setdefault(name, []).append(header)
    return [_relaxed(left[name.lower()].pop()) + b"\r\n" for name in names if left.get(name.lower())]


def _relaxed(header: bytes) -> bytes:
    """RFC 6376 §3.4.2: name in lower case, unfolded, blanks made one, none at the ends."""
    name, _, value = header.replace(b"\r\n", b"").partition(b":")
    if b"  " in value or b"\t" in value:
        value = _BLANKS.sub(b" ", value)
    return name.strip().lower() + b":" + value.strip(b" \t")


def _body_hash(content: bytes, start: int) -> bytes:
    """Of the body from `start` on, after RFC 6376 §3.4.3: as it is, with one line end at its end. It is not copied."""
    end = len(content)
    while content.endswith(b"\r\n\r\n", start, end):
        end -= 2
    return hashlib.sha256(memoryview(content)[start:end] if end > start else b"\r\n").digest()
