"""Webhooks over HTTP, written for an endpoint that may be broken, slow or hostile."""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final

import urllib3.exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

from webapp.gateways.address_guard import Resolver, Target, guard, resolve_with_system
from webapp.gateways.errors import Permanent, Retryable
from webapp.gateways.signature import signature_headers
from webapp.gateways.webhook import KEPT_HEADERS, WebhookAnswer, WebhookRequest, clean, excerpt_of

HEADER_CHARACTERS: Final = 200
_CONNECTION_HEADERS: Final = frozenset(
    {"host", "connection", "accept-encoding", "content-length", "transfer-encoding", "expect", "upgrade"}
)
USER_AGENT: Final = "Program-Match-Webhook/1"


class HttpWebhook:
    """A WebhookGateway over HTTPS; holds nothing between calls, so any thread may use it.

    `timeout` is for the whole exchange in seconds, from the name look-up to the last byte of the answer. At most
    `max_answer_bytes` of the answer's body are read. `allow_loopback` is for development only. Proxies set in the
    environment are not used, redirects are not followed, answers are not unpacked.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        max_answer_bytes: int = 64 * 1024,
        allow_loopback: bool = False,
        resolve: Resolver = resolve_with_system,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        self._max_answer_bytes = max_answer_bytes
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._tls = tls or _tls_context()

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        """See WebhookGateway.post. Reasons raised:

        Permanent: url_refused, address_refused, redirect_refused.
        Retryable: name_not_resolved, timed_out, connection_refused, connection_lost, tls_failed, answer_unreadable.
        """
        with _Deadline(self._timeout) as deadline:
            resolve = _resolver_within(self._resolve, deadline)
            target = guard(request.url, allow_loopback=self._allow_loopback, resolve=resolve)
            try:
                answer = self._exchange(request, target, deadline)
            except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as fault:
                raise _fault_of(fault, timed_out=deadline.passed) from fault
        if 300 <= answer.status < 400:
            raise Permanent(
                "redirect_refused", text=f"The endpoint answered {answer.status}; redirects are not followed."
            )
        return answer

    def _exchange(self, request: WebhookRequest, target: Target, deadline: _Deadline) -> WebhookAnswer:
        headers = {
            "Host": target.authority,
            **headers_of(request),
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        connection = self._connect(target, deadline)
        try:
            # Some servers refuse before they have read all; their answer is then already on the wire.
            with contextlib.suppress(BrokenPipeError):
                connection.request("POST", target.path, request.body, headers, preload_content=False)
            response = connection.getresponse()
            body = self._read(response, deadline)
        finally:
            connection.close()
        kept = {name.lower(): value for name, value in response.headers.items() if name.lower() in KEPT_HEADERS}
        return WebhookAnswer(
            status=response.status,
            headers={name: clean(value)[:HEADER_CHARACTERS] for name, value in kept.items()},
            excerpt=excerpt_of(body[: self._max_answer_bytes]),
            duration_ms=round(deadline.elapsed * 1000),
            body=body[: self._max_answer_bytes],
            truncated=len(body) > self._max_answer_bytes,
        )

    def _connect(self, target: Target, deadline: _Deadline) -> _Pinned | _PinnedTls:
        """A connection to the first judged address that takes one."""
        fault: Exception | None = None
        for left, address in zip(range(len(target.addresses), 0, -1), target.addresses, strict=True):
            timeout = max(deadline.remaining / left, 0.001)
            connection: _Pinned | _PinnedTls
            if target.scheme == "https":
                connection = _PinnedTls(
                    address, target.port, timeout=timeout, ssl_context=self._tls, server_hostname=target.host
                )
            else:
                connection = _Pinned(address, target.port, timeout=timeout)
            connection.deadline = deadline
            try:
                connection.connect()
            except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as refused:
                fault = refused
                connection.close()
                continue
            except BaseException:
                connection.close()
                raise
            if connection.sock is not None:
                connection.sock.settimeout(max(deadline.remaining, 0.001))
            return connection
        raise fault or OSError("no address")

    def _read(self, response: BaseHTTPResponse, deadline: _Deadline) -> bytes:
        """The body up to one byte past the limit, so that the caller sees whether there was more."""
        wanted = self._max_answer_bytes + 1
        parts: list[bytes] = []
        while wanted > 0:
            part = response.read(min(wanted, 16 * 1024), decode_content=False)
            if deadline.passed:
                raise TimeoutError
            if not part:
                break
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)


def headers_of(request: WebhookRequest) -> dict[str, str]:
    """The headers of `request` that tell the receiver something; ours overrule those set for the method."""
    ours = {
        "User-Agent": USER_AGENT,
        "Content-Type": request.content_type,
        "Accept": "application/json, text/plain;q=0.5",
        **signature_headers(request.secrets, request.webhook_id, request.timestamp, request.body),
    }
    taken = {name.lower() for name in ours} | _CONNECTION_HEADERS
    return {**{name: value for name, value in request.headers.items() if name.lower() not in taken}, **ours}


class _Deadline:
    """Cuts a connection when the time for the whole exchange is over.

    A socket's own time-out starts again with every byte, so an endpoint that drips would hold us for ever. A timer
    shuts down a duplicate of the socket instead, which ends whatever the connection is waiting for, handshake included.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._cut = False
        self._timer = threading.Timer(seconds, self._cut_off)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._watched:
                watched.close()
            self._watched.clear()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    @property
    def remaining(self) -> float:
        return max(self._seconds - self.elapsed, 0.0)

    @property
    def passed(self) -> bool:
        return self._cut or self.remaining == 0.0

    def watch(self, connected: socket.socket) -> None:
        with self._lock:
            self._watched.append(connected.dup())
        if self.passed:
            self._cut_off()

    def _cut_off(self) -> None:
        with self._lock:
            self._cut = True
            for watched in self._watched:
                try:
                    watched.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it was gone already, which is all we wanted


class _Watched(HTTPConnection):
    """A connection to one address that tells the deadline about its socket before any handshake."""

    deadline: _Deadline

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        self.deadline.watch(connected)
        return connected


class _Pinned(_Watched):
    """Plain HTTP; the guard lets only loopback get here."""


class _PinnedTls(_Watched, HTTPSConnection):
    """HTTPS to a judged address; the certificate is checked against `server_hostname`."""


def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _resolver_within(resolve: Resolver, deadline: _Deadline) -> Resolver:
    """`resolve` within the deadline: the system's look-up cannot be interrupted, so it is left to a thread."""

    def resolve_in_time(host: str, port: int) -> Sequence[str]:
        answers: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(resolve(host, port))
            except (OSError, UnicodeError) as fault:
                answers.put(fault)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        try:
            answer = answers.get(timeout=deadline.remaining)
        except queue.Empty:
            raise Retryable("timed_out", text="The host name could not be looked up in time.") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    return resolve_in_time


def _fault_of(fault: Exception, *, timed_out: bool) -> Retryable:
    """What went wrong, in our words: the fault's own may hold the address or what the other side said."""
    refused = isinstance(fault, urllib3.exceptions.NewConnectionError)  # which urllib3 counts among the time-outs
    timeouts = (TimeoutError, urllib3.exceptions.TimeoutError)
    if timed_out or (isinstance(fault, timeouts) and not refused):
        return Retryable("timed_out", text="The endpoint did not answer in time.")
    if isinstance(fault, (ssl.SSLError, urllib3.exceptions.SSLError, ssl.CertificateError)):
        return Retryable("tls_failed", text="The endpoint's certificate or TLS set-up is not in order.")
    if refused:
        return Retryable("connection_refused", text="The endpoint does not take connections at the moment.")
    if isinstance(fault, (OSError, http.client.RemoteDisconnected, urllib3.exceptions.ProtocolError)):
        return Retryable("connection_lost", text="The connection broke before the answer was complete.")
    return Retryable("answer_unreadable", text="The endpoint's answer is not HTTP that can be read.")
