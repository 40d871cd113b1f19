"""The mail server to hand mails to, as written in SMTP_URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_STARTTLS: Final = ("require", "if_offered", "never")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how to hand mail over. The password stays out of repr, and so out of logs."""

    host: str
    port: int
    tls: str
    starttls: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port}, tls={self.tls!r}, starttls={self.starttls!r})"

    @classmethod
    def parse(cls, url: str) -> SmtpServer:
        """From `smtp://[user:password@]host[:port][?starttls=require|if_offered|never]` or `smtps://…`.

        Without `starttls`, a log-in requires it, and a server without log-in uses it when it is offered. ValueError,
        without the URL in it, when the URL is something else.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("SMTP_URL cannot be read: write smtp://user:password@host:port.") from None
        query = parse_qs(parts.query)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("SMTP_URL must look like smtp://user:password@host:port or smtps://….")
        starttls = query.pop("starttls", ["require" if parts.username else "if_offered"])[-1]
        if starttls not in _STARTTLS or query:
            raise ValueError(f"SMTP_URL takes one option, starttls, which is one of {', '.join(_STARTTLS)}.")
        at_once = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=port or (465 if at_once else 587 if parts.username else 25),
            tls="at_once" if at_once else "starttls",
            starttls=starttls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
