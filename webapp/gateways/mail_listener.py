"""Taking mail in: a small server that speaks LMTP (RFC 2033) or SMTP (RFC 5321) to the mail server in front of us.

It takes what is addressed to an envelope sender of ours or to one of the boxes for complaints, hands each mail to
`take` and says yes only once that has kept it. So a mail is never lost, and one that comes twice is for `take` to see.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from webapp.domain.return_path import parse_return_path

MOST_BYTES: Final = 1024 * 1024
"""A report returns a mail of ours at most, which is far smaller."""
BOXES: Final = frozenset({"postmaster", "abuse", "complaint", "complaints", "fbl", "bounce"})
"""Boxes that take reports without a token in the address."""

Take = Callable[[bytes, str], None]
"""Keeps a mail, addressed as told; raises where it cannot."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen, and in which of the two protocols."""

    protocol: str
    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """From `lmtp://host:port`, `smtp://host:port` or `lmtp+unix:///path`; ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme == "lmtp+unix" and parts.path and not parts.netloc:
            return cls("lmtp", path=unquote(parts.path))
        if parts.scheme in ("lmtp", "smtp") and parts.hostname and parts.port and parts.path in ("", "/"):
            return cls(parts.scheme, host=parts.hostname, port=parts.port)
        raise ValueError("write lmtp://host:port, smtp://host:port or lmtp+unix:///path")


class _Lmtp(LMTP):
    # Reports return mails as they were, and some have lines longer than the standard allows. A mail refused for that
    # would never come again.
    line_length_limit = MOST_BYTES


class _Smtp(SMTP):
    line_length_limit = MOST_BYTES


class _Handler:
    """What the protocol asks of us. Apart from the listener: the library looks at every attribute of it."""

    def __init__(self, take: Take, is_ours: Callable[[str], bool]) -> None:
        self._take, self._is_ours = take, is_ours

    async def handle_RCPT(  # noqa: N802  (the name that the library looks for)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take one recipient, of the kinds we have."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        by_form = parse_return_path(address) is not None or address.partition("@")[0].lower() in BOXES
        if not by_form and not await asyncio.get_running_loop().run_in_executor(None, self._is_ours, address):
            return "550 5.1.1 There is no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Say yes only once the mail is kept."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content or "").encode()
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._take, raw, envelope.rcpt_tos[0])
        except Exception:  # noqa: BLE001  (whatever kept it from being kept, the other side has it and tries again)
            return "451 4.3.0 Try again later"
        return "250 2.6.0 Kept"

    async def handle_exception(self, _error: Exception) -> str:
        """A fault of ours is no reason to lose a mail."""
        return "451 4.3.0 Try again later"


class MailListener:
    """Serves until it is stopped. One mail, one recipient: a mail server sends others by themselves.

    `is_ours` knows more addresses that it takes mail for. It may wait for a database.
    """

    def __init__(
        self,
        address: ListenAddress,
        take: Take,
        *,
        is_ours: Callable[[str], bool] = lambda _address: False,
        timeout: float = 60.0,
    ) -> None:
        self._address, self._handler, self._timeout = address, _Handler(take, is_ours), timeout
        self._server: asyncio.AbstractServer | None = None

    async def start(self) -> None:
        """Open the port or the socket. OSError where it is taken."""
        loop = asyncio.get_running_loop()
        if self._address.path:
            with contextlib.suppress(FileNotFoundError):
                Path(self._address.path).unlink()
            self._server = await loop.create_unix_server(self._protocol, self._address.path)
            os.chmod(self._address.path, 0o660)
        else:
            self._server = await loop.create_server(self._protocol, self._address.host, self._address.port)

    @property
    def port(self) -> int:
        """The port that was opened, also where any was asked for."""
        assert isinstance(self._server, asyncio.Server)  # noqa: S101  (started)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more; what is being said is cut off, and the other side sends it again."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._address.path:
            with contextlib.suppress(FileNotFoundError):
                Path(self._address.path).unlink()

    def _protocol(self) -> asyncio.Protocol:
        settings: dict[str, Any] = {
            "data_size_limit": MOST_BYTES,
            "enable_SMTPUTF8": True,
            "hostname": "program-match",
            "ident": "Program Match reports",
            "timeout": self._timeout,
            "command_call_limit": 200,
        }
        made = _Lmtp if self._address.protocol == "lmtp" else _Smtp
        return made(self._handler, **settings)
