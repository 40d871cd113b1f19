"""A partner's endpoint and a mail server that can be told to hold, to fail, or to be away."""

import asyncio
import json
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from webapp.domain.clock import SystemClock
from webapp.gateways.signature import InvalidSignature, verify


class Partner:
    """Takes signed leads. Knows a webhook-id again and answers 409, as the standard asks of a receiver."""

    def __init__(self) -> None:
        self.secret = ""
        self.accepted: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.badly_signed = 0
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/leads"

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """What to answer. A lead counts as accepted when it is first seen, before the answer leaves."""
        try:
            verify([self.secret], headers, body, now=SystemClock().now())
        except InvalidSignature:
            with self._lock:
                self.badly_signed += 1
            return 401
        if self.status != 200:
            return self.status
        webhook_id = headers["webhook-id"]
        with self._lock:
            if webhook_id in self.seen:
                status = 409
            else:
                self.seen.add(webhook_id)
                self.accepted[json.loads(body)["lead_id"]] += 1
                status = 200
        if not self.gate.is_set():
            self.waiting.release()
            self.gate.wait(30)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = partner.take({name.lower(): value for name, value in self.headers.items()}, body)
                try:
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()
                except OSError:
                    return  # whoever asked was killed

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                return

        return Handler


class MailServer:
    """Takes mails, counted by Message-ID. Can hold a client at RCPT (nothing given yet) or after DATA (all given)."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.hold_at: str | None = None
        self.waiting = threading.Semaphore(0)
        self._open = threading.Event()
        self._open.set()
        self._port = 0
        self._controller: Controller | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._port}?starttls=never"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port or _free_port())
        self._controller.start()
        self._port = self._controller.port

    def stop(self) -> None:
        """Be away."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def hold(self, at: str) -> None:
        """From now on hold every client `at` "rcpt" or "data"."""
        self._open.clear()
        self.hold_at = at

    def let_go(self) -> None:
        """Hold nobody any more."""
        self.hold_at = None
        self._open.set()

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        await self._maybe_hold("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        for line in content.split(b"\r\n"):
            if line.lower().startswith(b"message-id:"):
                self.taken[line.partition(b":")[2].strip().decode()] += 1
                break
        await self._maybe_hold("data")
        return "250 OK"

    async def _maybe_hold(self, at: str) -> None:
        if self.hold_at == at:
            self.waiting.release()
            while not self._open.is_set():
                await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
