"""The webhook client against real local servers, most of them hostile."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.gateways.certificate import certificate
from tests.gateways.hostile_server import Handler, http_answer, saying, serving
from webapp.domain.delivery import AttemptOutcome
from webapp.gateways.errors import Permanent, Retryable
from webapp.gateways.http_webhook import HttpWebhook
from webapp.gateways.signature import new_secret, verify
from webapp.gateways.webhook import WebhookRequest, classify

SECRETS = (new_secret(), new_secret())
BODY = b'{"lead_id": "1", "student": {"first_name": "Z\xc3\xb6e"}}'


def at_loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def twice_at_loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.9", "127.0.0.1"]


def request_to(url: str) -> WebhookRequest:
    return WebhookRequest(url, BODY, "wh_1", SECRETS, datetime.now(UTC))


def client(**options: float) -> HttpWebhook:
    return HttpWebhook(timeout=options.get("timeout", 5.0), max_answer_bytes=1000, allow_loopback=True)


def test_one_signed_post_arrives_as_it_was_given() -> None:
    with serving(
        saying(http_answer(202, b'{"outcome": "accepted"}', b"X-Request-Id: r1\r\nSet-Cookie: a=b\r\n"))
    ) as server:
        answer = client().post(request_to(server.url))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    assert lines[0] == "POST /hook?x=1 HTTP/1.1"
    assert body == BODY
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["content-type"] == "application/json"
    assert "gzip" not in headers["accept-encoding"]
    for secret in SECRETS:
        verify([secret], headers, body, now=datetime.now(UTC))
    assert (answer.status, answer.truncated) == (202, False)
    assert dict(answer.headers) == {"x-request-id": "r1", "content-length": "23"}
    assert answer.excerpt == '{"outcome": "accepted"}'
    assert 0 <= answer.duration_ms < 5000
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, AttemptOutcome.ACCEPTED), (400, AttemptOutcome.REJECTED), (408, AttemptOutcome.RETRYABLE),
        (409, AttemptOutcome.DUPLICATE), (410, AttemptOutcome.PERMANENT), (429, AttemptOutcome.RETRYABLE),
        (500, AttemptOutcome.RETRYABLE), (503, AttemptOutcome.RETRYABLE),
    ],
)  # fmt: skip
def test_an_answer_comes_back_whatever_its_status(status: int, kind: AttemptOutcome) -> None:
    with serving(saying(http_answer(status, b"", b"Retry-After: 30\r\n"))) as server:
        answer = client().post(request_to(server.url))
    outcome = classify(answer)
    assert (answer.status, outcome.kind) == (status, kind)
    assert outcome.retry_after == (timedelta(seconds=30) if kind is AttemptOutcome.RETRYABLE else None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with serving(saying(http_answer(200))) as inside:
        for place in ("http://169.254.169.254/latest/", inside.url):
            location = b"Location: " + place.encode() + b"\r\n"
            with serving(saying(http_answer(status, b"", location))) as server, pytest.raises(Permanent) as refused:
                client().post(request_to(server.url))
            assert refused.value.reason == "redirect_refused"
            assert "169.254" not in refused.value.text
    assert inside.requests == []


def refusal(handle: Handler, **options: float) -> Retryable:
    with serving(handle) as server, pytest.raises(Retryable) as refused:
        client(**options).post(request_to(server.url))
    assert "127.0.0.1" not in refused.value.text
    return refused.value


class Drip:
    """Sends a beginning, then a byte every twentieth of a second for ten seconds."""

    def __init__(self, beginning: bytes) -> None:
        self.beginning = beginning
        self.finished = False

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        connection.sendall(self.beginning)
        for _ in range(200):
            connection.sendall(b"a")
            time.sleep(0.05)
        self.finished = True


@pytest.mark.parametrize(
    "prefix", [b"", b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"]
)
def test_a_slow_drip_is_cut_at_the_deadline(prefix: bytes) -> None:
    drip = Drip(prefix)
    assert refusal(drip, timeout=0.4).reason == "timed_out"
    assert not drip.finished


def test_silence_is_cut_at_the_deadline() -> None:
    released = threading.Event()

    def handle(connection: socket.socket, request: bytes) -> None:
        released.wait(5)

    with serving(handle) as server:
        with pytest.raises(Retryable) as refused:
            client(timeout=0.3).post(request_to(server.url))
        released.set()
    assert refused.value.reason == "timed_out"


def test_a_slow_handshake_is_cut_at_the_deadline() -> None:
    """The server announces a long handshake record and sends it byte by byte."""
    drip = Drip(b"\x16\x03\x03\x40\x00")
    with serving(drip, reads=False) as server, pytest.raises(Retryable) as refused:
        client(timeout=0.4).post(request_to(f"https://127.0.0.1:{server.port}/"))
    assert refused.value.reason == "timed_out"
    assert not drip.finished


def test_a_slow_name_server_is_cut_at_the_deadline() -> None:
    released = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        released.wait(5)
        return ["127.0.0.1"]

    with pytest.raises(Retryable) as refused:
        HttpWebhook(timeout=0.2, allow_loopback=True, resolve=resolve).post(request_to("https://partner.example/"))
    released.set()
    assert refused.value.reason == "timed_out"


def test_a_big_answer_is_read_only_in_part() -> None:
    sent: list[int] = []

    def handle(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 10_000)
            sent.append(10_000)

    with serving(handle) as server:
        answer = client().post(request_to(server.url))
    assert (answer.status, len(answer.body), answer.truncated) == (200, 1000, True)
    assert sum(sent) < 10_000_000
    assert classify(answer).kind is AttemptOutcome.ACCEPTED


def test_a_packed_answer_is_not_unpacked() -> None:
    bomb = b"\x1f\x8b\x08" + b"\x00" * 500
    with serving(saying(http_answer(200, bomb, b"Content-Encoding: gzip\r\n"))) as server:
        answer = client().post(request_to(server.url))
    assert answer.body == bomb


def test_an_answer_in_chunks_is_put_together() -> None:
    chunks = (
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"outcome\r\n9\r\n": "error\r\n2\r\n"}\r\n0\r\n\r\n'
    )
    with serving(saying(chunks)) as server:
        answer = client().post(request_to(server.url))
    assert classify(answer).reason == "answer_error"


def reset(prefix: bytes) -> Handler:
    def handle(connection: socket.socket, request: bytes) -> None:
        connection.sendall(prefix)
        time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return handle


@pytest.mark.parametrize(
    "prefix", [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"]
)
def test_a_connection_reset_in_the_middle_is_tried_again(prefix: bytes) -> None:
    assert refusal(reset(prefix)).reason in ("connection_lost", "answer_unreadable")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\x00garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
def test_garbage_is_tried_again(garbage: bytes) -> None:
    assert refusal(saying(garbage)).reason in ("connection_lost", "answer_unreadable")


def test_a_closed_port_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Retryable) as refused:
        client().post(request_to(f"http://127.0.0.1:{port}/"))
    assert refused.value.reason == "connection_refused"


def test_hostile_headers_are_cleaned() -> None:
    with serving(saying(http_answer(200, b"", b"Server: \x1b[31m" + b"s" * 900 + b"\r\n"))) as server:
        answer = client().post(request_to(server.url))
    assert "\x1b" not in answer.headers["server"]
    assert len(answer.headers["server"]) == 200


def test_a_name_that_changes_its_answer_is_asked_once_and_pinned() -> None:
    """DNS rebinding: the first answer is judged and used; the second, inside, is never asked for."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    with serving(saying(http_answer(200))) as server:
        webhook = HttpWebhook(timeout=3, allow_loopback=True, resolve=resolve)
        url = f"http://partner.example:{server.port}/"
        assert webhook.post(request_to(url)).status == 200
        assert asked == ["partner.example"]
        assert b"Host: partner.example:%d\r\n" % server.port in server.requests[0]
        with pytest.raises(Permanent) as refused:
            webhook.post(request_to(url))
    assert refused.value.reason == "address_refused"
    assert len(server.requests) == 1


def test_the_second_address_is_tried_when_the_first_refuses() -> None:
    with serving(saying(http_answer(200))) as server:
        webhook = HttpWebhook(timeout=3, allow_loopback=True, resolve=twice_at_loopback)
        assert webhook.post(request_to(f"http://partner.example:{server.port}/")).status == 200


def test_without_the_development_flag_loopback_is_never_reached() -> None:
    with serving(saying(http_answer(200))) as server:
        for url in (server.url, f"https://localhost:{server.port}/", f"https://127.0.0.1:{server.port}/"):
            with pytest.raises(Permanent):
                HttpWebhook(timeout=3).post(request_to(url))
    assert server.requests == []


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying(http_answer(200))) as proxy, serving(saying(http_answer(200))) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        client().post(request_to(server.url))
    assert (len(server.requests), proxy.requests) == (1, [])


@pytest.mark.parametrize("named", ["partner.example", "other.example", "127.0.0.1"])
def test_the_certificate_must_carry_the_name_in_the_url(named: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path, named)
    offered: list[str | None] = []
    serving_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving_side.load_cert_chain(pem)

    def note(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        offered.append(name)

    serving_side.sni_callback = note
    trusting = ssl.create_default_context(cafile=os.fspath(pem))
    with serving(saying(http_answer(200)), serving_side) as server:
        webhook = HttpWebhook(timeout=3, allow_loopback=True, resolve=at_loopback, tls=trusting)
        request = request_to(f"https://partner.example:{server.port}/")
        if named == "partner.example":
            assert webhook.post(request).status == 200
        else:
            with pytest.raises(Retryable) as refused:
                webhook.post(request)
            assert refused.value.reason == "tls_failed"
            assert server.requests == []
    assert offered == ["partner.example"]


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    serving_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving_side.load_cert_chain(certificate(tmp_path, "partner.example"))
    with serving(saying(http_answer(200)), serving_side) as server:
        webhook = HttpWebhook(timeout=3, allow_loopback=True, resolve=at_loopback)
        with pytest.raises(Retryable) as refused:
            webhook.post(request_to(f"https://partner.example:{server.port}/"))
    assert refused.value.reason == "tls_failed"
    assert server.requests == []
