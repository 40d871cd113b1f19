"""The listener: it takes what is for us, says yes only to what was kept, and survives what it is sent."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from webapp.domain.return_path import return_path
from webapp.gateways.mail_listener import MOST_BYTES, ListenAddress, MailListener

TO = return_path("5d1c0f9a3b7e48264a90bc1de2f3748596a7b8c9", "match.example")
MAIL = b"From: mailer-daemon@far.example\r\nSubject: failure notice\r\n\r\n.dots and \xff bytes\r\n"


@contextmanager
def listening(
    address: ListenAddress, take: Callable[[bytes, str], None], is_ours: Callable[[str], bool] = lambda _address: False
) -> Iterator[MailListener]:
    """A listener in a thread of its own, as its own process would run it."""
    listener = MailListener(address, take, is_ours=is_ours, timeout=5)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(listener.start(), loop).result(5)
        yield listener
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(5)
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def test_a_report_is_kept_before_it_is_acknowledged_and_one_that_is_not_comes_again() -> None:
    kept: list[tuple[bytes, str]] = []
    faults = [OSError("the database is away")]

    def take(raw: bytes, to: str) -> None:
        if faults:
            raise faults.pop()
        kept.append((raw, to))

    with (
        listening(ListenAddress("smtp", "127.0.0.1", 0), take) as listener,
        smtplib.SMTP("127.0.0.1", listener.port, timeout=5) as server,
    ):
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail("", [TO], MAIL)
        assert (refused.value.smtp_code, kept) == (451, [])
        server.sendmail("", [TO.upper()], MAIL)
        server.sendmail("", ["fbl@match.example"], MAIL)
        assert [(raw.rstrip(b"\r\n"), to) for raw, to in kept] == [
            (MAIL.rstrip(b"\r\n"), TO.upper()),
            (MAIL.rstrip(b"\r\n"), "fbl@match.example"),
        ]
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.sendmail("", ["ana@match.example"], MAIL)
        assert server.sendmail("", [TO, "fbl@match.example"], MAIL) == {
            "fbl@match.example": (452, b"4.5.3 One recipient at a time")
        }
        with pytest.raises(smtplib.SMTPException):
            server.sendmail("", [TO], b"x" * (MOST_BYTES + 10))


def test_more_addresses_may_be_ours_and_are_asked_about_only_where_their_form_does_not_say() -> None:
    kept: list[str] = []
    asked: list[str] = []

    def is_ours(address: str) -> bool:
        asked.append(address)
        return address == "seed-7@match.example"

    with (
        listening(ListenAddress("smtp", "127.0.0.1", 0), lambda _raw, to: kept.append(to), is_ours) as listener,
        smtplib.SMTP("127.0.0.1", listener.port, timeout=5) as server,
    ):
        server.sendmail("", ["seed-7@match.example"], MAIL)
        server.sendmail("", [TO], MAIL)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.sendmail("", ["seed-8@match.example"], MAIL)
    assert kept == ["seed-7@match.example", TO]
    assert asked == ["seed-7@match.example", "seed-8@match.example"]


def test_lmtp_over_a_socket_and_rubbish(tmp_path: Path) -> None:
    kept: list[str] = []
    path = tmp_path / "mail.sock"
    path.touch()  # what a killed listener leaves behind
    with listening(ListenAddress.parse(f"lmtp+unix://{path}"), lambda _raw, to: kept.append(to)):
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(path))
            rude.sendall(b"\x00\xff\r\n" * 20 + b"GET / HTTP/1.1\r\n")
        with smtplib.LMTP(str(path)) as server:
            server.sendmail("", [TO], MAIL)
            server.sendmail("", [TO], MAIL + b"one line of " * 20_000 + b"\r\n")
    assert kept == [TO, TO]
    assert not path.exists()


@pytest.mark.parametrize("url", ["lmtp://127.0.0.1", "http://127.0.0.1:1", "lmtp+unix://", "smtp://:25", "lmtp://h:x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"write lmtp|Port"):
        ListenAddress.parse(url)
