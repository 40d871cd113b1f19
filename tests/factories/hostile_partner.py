"""A partner on local sockets that goes wrong in every way the table in docs/deliveries.md names."""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from tests.gateways.certificate import certificate
from tests.gateways.hostile_server import http_answer, read_request
from webapp.domain.clock import Clock
from webapp.gateways.signature import InvalidSignature, verify

BIG = 10_000_000


class Fault(StrEnum):
    """The first column of the table."""

    STATUS_500 = "status_500"
    RATE_LIMITED = "rate_limited"
    TIME_OUT = "time_out"
    SLOW_DRIP = "slow_drip"
    BIG_BODY = "big_body"
    GARBAGE = "garbage"
    REDIRECT_INSIDE = "redirect_inside"
    NAME_MOVES_INSIDE = "name_moves_inside"
    TLS_UNTRUSTED = "tls_untrusted"
    RESET_MID_BODY = "reset_mid_body"
    OUTCOME_ERROR = "outcome_error"


_PLAIN = {
    Fault.STATUS_500: http_answer(500, b"database is down"),
    Fault.NAME_MOVES_INSIDE: http_answer(500),
    Fault.RATE_LIMITED: http_answer(429, b"", b"Retry-After: 600\r\n"),
    Fault.GARBAGE: b"\x00\xff\x00 no HTTP at all\r\n\r\n",
    Fault.REDIRECT_INSIDE: http_answer(307, b"", b"Location: http://169.254.169.254/latest/meta-data/\r\n"),
    Fault.OUTCOME_ERROR: http_answer(200, b'{"outcome": "error", "reason": "no licence left"}'),
}


class HostilePartner:
    """Listens on two ports, one of them with a certificate that nobody vouches for.

    A URL made by `url` names a fault and how many tries of one webhook-id it spoils; after those the partner is well:
    it takes what it does not know and answers 409 to what it does. `acknowledged` counts the leads it has said yes to,
    by webhook-id; `secrets` are those of its endpoints, by path.
    """

    def __init__(self, clock: Clock, folder: Path) -> None:
        self.secrets: dict[str, str] = {}
        self.acknowledged: Counter[str] = Counter()
        self.known: set[str] = set()
        self.badly_signed = 0
        self._tries: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._clock = clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate(folder, "127.0.0.1"))
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=256) for _ in range(2)]
        for listener, context in zip(self._listeners, (None, tls), strict=True):
            threading.Thread(target=self._accept, args=(listener, context), daemon=True).start()

    def url(self, fault: Fault, spoiled: int | None) -> str:
        """An endpoint with `fault` in the first `spoiled` tries of each webhook-id; None: in all."""
        plain, sealed = (listener.getsockname()[1] for listener in self._listeners)
        path = f"/{fault}/{'all' if spoiled is None else spoiled}"
        if fault is Fault.TLS_UNTRUSTED:
            return f"https://127.0.0.1:{sealed}{path}"
        if fault is Fault.NAME_MOVES_INSIDE:
            return f"http://{path.strip('/').replace('/', '.').replace('_', '-')}.example:{plain}{path}"
        return f"http://127.0.0.1:{plain}{path}"

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """The partner's name server: every second answer leads to a cloud's metadata service."""
        with self._lock:
            self._asked[host] += 1
            return ["127.0.0.1"] if self._asked[host] % 2 else ["169.254.169.254"]

    def close(self) -> None:
        self._stop.set()
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, tls), daemon=True).start()

    def _serve(self, plain: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            plain.settimeout(10)
            with tls.wrap_socket(plain, server_side=True) if tls else plain as connection:
                self._answer(connection, read_request(connection))
        except (OSError, ValueError):
            plain.close()  # the client hung up, which is what most of this is about

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path = first.split(" ")[1]
        _, name, spoiled = path.split("/")
        webhook_id = headers["webhook-id"]
        try:
            verify([self.secrets[path]], headers, body, now=self._clock.now())
        except InvalidSignature:
            with self._lock:
                self.badly_signed += 1
            connection.sendall(http_answer(401))
            return
        with self._lock:
            self._tries[webhook_id] += 1
            is_spoiled = spoiled == "all" or self._tries[webhook_id] <= int(spoiled)
        if is_spoiled:
            self._go_wrong(connection, Fault(name), webhook_id)
        else:
            connection.sendall(self._take(webhook_id))

    def _take(self, webhook_id: str, body: bytes = b'{"outcome": "accepted"}') -> bytes:
        with self._lock:
            if webhook_id in self.known:
                return http_answer(409)
            self.known.add(webhook_id)
            self.acknowledged[webhook_id] += 1
            return http_answer(200, body)

    def _go_wrong(self, connection: socket.socket, fault: Fault, webhook_id: str) -> None:
        match fault:
            case Fault.TIME_OUT:
                connection.recv(1)  # until the client has had enough
            case Fault.SLOW_DRIP:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
                while not self._stop.wait(0.05):
                    connection.sendall(b"a")
            case Fault.BIG_BODY:
                connection.sendall(self._take(webhook_id, b"x" * BIG))
            case Fault.RESET_MID_BODY:
                with self._lock:
                    self.known.add(webhook_id)  # it has the lead, and we never hear of it
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of ")
                time.sleep(0.02)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            case _:
                connection.sendall(_PLAIN[fault])
