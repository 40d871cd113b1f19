"""Mail over SMTP (RFC 5321) with connections that are kept and used again."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from webapp.gateways.dkim import DkimSigner
from webapp.gateways.envelope import compose
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.mail import Envelope, HandingOver, OutgoingMail, Receipt, nothing
from webapp.gateways.smtp_server import SmtpServer

IDLE_CHECK: Final = 2.0
"""Seconds a kept connection may rest before it is asked (RSET) whether it still lives."""
IDLE_LIMIT: Final = 60.0
"""Seconds after which a resting connection is closed: servers drop them at one to five minutes."""
KEPT: Final = 8
"""Resting connections kept at most, unless told otherwise; more may be open while they are in use."""

_ENHANCED: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_ADDRESS: Final = re.compile(r"\S*@\S*")
_NOT_LOGGED_IN: Final = (530, 534, 535, 538)


@dataclass(slots=True)
class _Kept:
    connection: smtplib.SMTP
    process: int
    rested_since: float


class SmtpMail:
    """A MailGateway over SMTP.

    Safe for threads and forks: a connection is used by one caller at a time and never by a process that did not open
    it. `timeout` (seconds) is for each step: connecting, and each wait for the server. `kept` connections rest at most.
    `signer` signs each mail. Close it when done.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
        helo: str | None = None,
        idle_check: float = IDLE_CHECK,
        kept: int = KEPT,
        signer: DkimSigner | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.server = SmtpServer.parse(url)
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._helo = helo
        self._idle_check = idle_check
        self._kept = kept
        self._signer = signer
        self._now = now
        self._lock = threading.Lock()
        self._resting: list[_Kept] = []

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        """See MailGateway.send. Reasons raised:

        Permanent: header_refused, address_refused, sender_refused, recipient_refused, message_refused,
        smtputf8_unsupported. Retryable: server_unreachable, server_busy, tls_failed, login_refused, connection_lost,
        sender_deferred, recipient_deferred, message_deferred. Uncertain: answer_lost.
        """
        envelope = compose(mail, now=self._now())
        signature = self._signer.signature(envelope.content, at=self._now()) if self._signer is not None else b""
        connection, used_before = self._take()
        try:
            try:
                answer = _hand_over(connection, envelope, signature, handing_over)
            except _Stale:
                # Servers close a connection after some time or some mails. No mail has been given to this one yet,
                # so a new connection may try; a fresh one that is closed at once is a server in trouble.
                _discard(connection)
                if not used_before:
                    raise Retryable("connection_lost", text="The mail server closed the connection.") from None
                connection = self._open()
                try:
                    answer = _hand_over(connection, envelope, signature, handing_over)
                except _Stale:
                    raise Retryable("connection_lost", text="The mail server closed the connection.") from None
        except (Retryable, Permanent) as refusal:
            self._give_back_if_usable(connection, refusal)
            raise
        except BaseException:
            _discard(connection)
            raise
        self._give_back(connection)
        return Receipt(envelope.message_id, self._now(), answer)

    def close(self) -> None:
        """Close what rests. The gateway may still be used; it opens new connections."""
        with self._lock:
            resting, self._resting = self._resting, []
        for kept in resting:
            _discard(kept.connection)

    def _take(self) -> tuple[smtplib.SMTP, bool]:
        """A connection and whether it has been used before."""
        while True:
            with self._lock:
                kept = self._resting.pop() if self._resting else None
            if kept is None:
                return self._open(), False
            rest = time.monotonic() - kept.rested_since
            if (
                kept.process == os.getpid()
                and rest < IDLE_LIMIT
                and (rest < self._idle_check or _alive(kept.connection))
            ):
                return kept.connection, True
            _discard(kept.connection)

    def _give_back(self, connection: smtplib.SMTP) -> None:
        with self._lock:
            if len(self._resting) < self._kept:
                self._resting.append(_Kept(connection, os.getpid(), time.monotonic()))
                return
        _discard(connection)

    def _give_back_if_usable(self, connection: smtplib.SMTP, refusal: Retryable | Permanent) -> None:
        """After a refusal the server has half a mail in its head: it must forget that before the next one."""
        if refusal.reason != "connection_lost" and _alive(connection):
            self._give_back(connection)
        else:
            _discard(connection)

    def _open(self) -> smtplib.SMTP:
        server = self.server
        try:
            connection: smtplib.SMTP
            if server.tls == "at_once":
                connection = smtplib.SMTP_SSL(
                    server.host, server.port, self._helo, timeout=self._timeout, context=self._tls
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, self._helo, timeout=self._timeout)
        except smtplib.SMTPConnectError as refused:
            raise Retryable(
                "server_busy", text=f"The mail server does not take mail now ({refused.smtp_code})."
            ) from None
        except ssl.SSLError:
            raise Retryable("tls_failed", text="The mail server's certificate or TLS set-up is not in order.") from None
        except (OSError, smtplib.SMTPException):
            raise Retryable("server_unreachable", text="The mail server cannot be reached.") from None
        try:
            self._greet(connection)
        except BaseException:
            _discard(connection)
            raise
        # Asked of the name service once: a look-up for every connection would slow each one down.
        self._helo = connection.local_hostname
        return connection

    def _greet(self, connection: smtplib.SMTP) -> None:
        """EHLO, TLS and log-in. None of it is the mail's fault, so all of it may be tried again."""
        server = self.server
        try:
            connection.ehlo_or_helo_if_needed()
            offered = connection.has_extn("starttls")
            if server.tls == "starttls" and server.starttls != "never":
                if offered:
                    connection.starttls(context=self._tls)
                    connection.ehlo()
                elif server.starttls == "require":
                    raise Retryable("tls_failed", text="The mail server does not offer STARTTLS, which is required.")
            if server.user:
                connection.login(server.user, server.password)
        except smtplib.SMTPAuthenticationError as refused:
            raise Retryable(
                "login_refused", text=f"The mail server refused the log-in ({refused.smtp_code})."
            ) from None
        except ssl.SSLError:
            raise Retryable("tls_failed", text="The mail server's certificate or TLS set-up is not in order.") from None
        except (smtplib.SMTPServerDisconnected, OSError):
            raise Retryable("connection_lost", text="The mail server closed the connection.") from None
        except smtplib.SMTPException:
            raise Retryable("login_refused", text="The mail server does not take this log-in or TLS.") from None


class _Stale(Exception):
    """The connection was gone before any part of the mail was given away."""


def _hand_over(connection: smtplib.SMTP, envelope: Envelope, signature: bytes, handing_over: HandingOver) -> str:
    """One mail through MAIL, RCPT, DATA; the server's last answer with addresses blanked out."""
    options = _mail_options(connection, envelope, len(signature) + len(envelope.content))
    # Past smtplib's own, which read each address as a header's; these are one plain address each already.
    mail_from, rcpt_to = " ".join((f"MAIL FROM:<{envelope.mail_from}>", *options)), f"RCPT TO:<{envelope.rcpt_to}>"
    if connection.has_extn("pipelining"):
        _announce_at_once(connection, mail_from, rcpt_to)
    else:
        _announce(connection, mail_from, rcpt_to)
    handing_over()
    try:
        connection.send(signature + envelope.dotted)
    except (smtplib.SMTPServerDisconnected, OSError):
        # The final dot is the last thing sent: an error up to here means that the server never had the whole mail.
        raise _broken() from None
    try:
        code, said = connection.getreply()
    except (smtplib.SMTPException, OSError):
        raise Uncertain("answer_lost", text="The mail was handed over but the server's answer was lost.") from None
    _expect(code, said, (250,), "message", "the message")
    return _ADDRESS.sub("…", f"{code} {said.decode('ascii', 'replace')}")[:200]


def _announce(connection: smtplib.SMTP, mail_from: str, rcpt_to: str) -> None:
    """Who it is from and to, until the server wants the mail: a step at a time."""
    try:
        code, said = connection.docmd(mail_from)
    except (smtplib.SMTPServerDisconnected, OSError):
        raise _Stale from None
    _expect_sender(code, said)
    try:
        _expect_recipient(*connection.docmd(rcpt_to))
        _expect_to_go_on(*connection.docmd("DATA"))
    except (smtplib.SMTPServerDisconnected, OSError):
        raise _broken() from None


def _announce_at_once(connection: smtplib.SMTP, mail_from: str, rcpt_to: str) -> None:
    """The same where the server offers PIPELINING (RFC 2920): all that is asked goes out at once.

    A server that refused one of the first two and yet wants the mail has the connection closed: it gets no mail, not
    even an empty one.
    """
    replies: list[tuple[int, bytes]] = []
    try:
        connection.send(f"{mail_from}\r\n{rcpt_to}\r\nDATA\r\n")
        while len(replies) < 3:
            replies.append(connection.getreply())
    except (smtplib.SMTPServerDisconnected, OSError):
        if not replies:
            raise _Stale from None
    try:
        _expect_sender(*replies[0])
        if len(replies) > 1:
            _expect_recipient(*replies[1])
    except (Retryable, Permanent):
        if replies[-1][0] == 354:
            _discard(connection)
        raise
    if len(replies) < 3:
        raise _broken()
    _expect_to_go_on(*replies[2])


def _expect_sender(code: int, said: bytes) -> None:
    if code == 421:
        raise _Stale
    _expect(code, said, (250,), "sender", "the sender")


def _expect_recipient(code: int, said: bytes) -> None:
    _expect(code, said, (250, 251), "recipient", "the recipient")


def _expect_to_go_on(code: int, said: bytes) -> None:
    _expect(code, said, (354,), "message", "the message")


def _broken() -> Retryable:
    return Retryable("connection_lost", text="The connection broke before the mail was handed over.")


def _mail_options(connection: smtplib.SMTP, envelope: Envelope, size: int) -> list[str]:
    options = [f"SIZE={size}"] if connection.has_extn("size") else []
    if not (envelope.mail_from.isascii() and envelope.rcpt_to.isascii()):
        if not connection.has_extn("smtputf8"):
            raise Permanent("smtputf8_unsupported", text="The mail server takes only addresses in plain ASCII.")
        connection.command_encoding = "utf-8"
        options.append("SMTPUTF8")
    else:
        connection.command_encoding = "ascii"
    return options


def _expect(code: int, said: bytes, good: tuple[int, ...], step: str, whom: str) -> None:
    """Turns a refusal into the error for it. Only the codes are told on: the words often repeat the address."""
    if code in good:
        return
    enhanced = _ENHANCED.search(said.decode("ascii", "replace"))
    codes = f"{code} {enhanced.group()}" if enhanced else str(code)
    if code == 421:
        raise Retryable("server_busy", text=f"The mail server is closing down or busy ({codes}).")
    if code in _NOT_LOGGED_IN:
        raise Retryable("login_refused", text=f"The mail server wants another log-in ({codes}).")
    if 500 <= code < 600:
        raise Permanent(f"{step}_refused", text=f"The mail server refused {whom} ({codes}).")
    raise Retryable(f"{step}_deferred", text=f"The mail server put {whom} off until later ({codes}).")


def _alive(connection: smtplib.SMTP) -> bool:
    try:
        return connection.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _discard(connection: smtplib.SMTP) -> None:
    """Hang up without a QUIT: waiting for a politeness from a broken server helps nobody."""
    connection.close()
