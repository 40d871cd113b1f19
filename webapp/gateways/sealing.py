"""Secrets at rest: sealed with a key derived from SECRET_KEY, so that a copy of the database alone opens nothing."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from webapp.domain.errors import DomainError


class Seal:
    """Authenticated encryption (Fernet: AES-128-CBC with HMAC-SHA256) under a key of its own (HKDF, RFC 5869)."""

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"program-match sealing").derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, plain: str) -> bytes:
        return self._fernet.encrypt(plain.encode())

    def open(self, sealed: bytes) -> str:
        """The plain text; DomainError when it was sealed under another SECRET_KEY or was changed."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise DomainError("A stored secret does not open with this SECRET_KEY. Enter the secret again.") from None
