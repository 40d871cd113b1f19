"""Stand-ins for the outside world in tests: they keep what they were given, and fail when told to."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from webapp.gateways.dns import NoNameServer
from webapp.gateways.envelope import compose
from webapp.gateways.errors import GatewayError, Uncertain
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing
from webapp.gateways.webhook import WebhookAnswer, WebhookRequest, excerpt_of


class FakeMail:
    """A MailGateway that keeps mails in `sent`. It refuses what the real one would refuse before it talks."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.sent: list[OutgoingMail] = []
        self.tries = 0
        self._failures: deque[GatewayError] = deque()
        self._lock = threading.Lock()
        self._now = now

    def fail_next(self, *failures: GatewayError) -> None:
        """Each of the next sends raises one of these. On Uncertain the mail is kept too: it did arrive."""
        self._failures.extend(failures)

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        compose(mail, now=self._now())
        with self._lock:
            self.tries += 1
            failure = self._failures.popleft() if self._failures else None
        if failure is None or isinstance(failure, Uncertain):
            handing_over()
        with self._lock:
            if failure is None or isinstance(failure, Uncertain):
                self.sent.append(mail)
        if failure is not None:
            raise failure
        return Receipt(mail.message_id, self._now(), "250 2.0.0 kept by the fake")


class FakeWebhook:
    """A WebhookGateway that keeps requests in `posted` and answers 200, or as told by `answer_next`."""

    def __init__(self) -> None:
        self.posted: list[WebhookRequest] = []
        self._script: deque[WebhookAnswer | GatewayError] = deque()
        self._lock = threading.Lock()

    def answer_next(self, *script: WebhookAnswer | GatewayError) -> None:
        """Each of the next posts gets one of these: an answer is returned, an error raised."""
        self._script.extend(script)

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        with self._lock:
            self.posted.append(request)
            step = self._script.popleft() if self._script else an_answer(200)
        if isinstance(step, GatewayError):
            raise step
        return step


def an_answer(status: int, body: bytes = b"", **headers: str) -> WebhookAnswer:
    """An answer for `answer_next`; underscores in header names stand for hyphens."""
    told = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return WebhookAnswer(status=status, headers=told, excerpt=excerpt_of(body), duration_ms=1, body=body)


class FakeResolver:
    """A Resolver that knows `records`, by kind and name: ("TXT", "mail.example"). `offline`: it reaches nobody."""

    def __init__(self, records: Mapping[tuple[str, str], list[str]] | None = None, *, offline: bool = False) -> None:
        self.records = dict(records or {})
        self.offline = offline
        self.asked: list[tuple[str, str]] = []

    def texts(self, name: str) -> list[str]:
        return self._ask("TXT", name)

    def addresses(self, name: str) -> list[str]:
        return self._ask("A", name)

    def names(self, address: str) -> list[str]:
        return self._ask("PTR", address)

    def mail_servers(self, domain: str) -> list[str]:
        return self._ask("MX", domain)

    def _ask(self, kind: str, name: str) -> list[str]:
        self.asked.append((kind, name))
        if self.offline:
            raise NoNameServer
        return self.records.get((kind, name), [])
