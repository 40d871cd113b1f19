"""Mail over SMTP against real local servers that refuse, defer, hang up and disappear."""

import asyncio
import email
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.gateways.certificate import certificate
from tests.gateways.test_envelope import a_mail
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.smtp import SmtpMail
from webapp.gateways.smtp_server import SmtpServer


class Sink:
    """An SMTP handler that keeps mails, and answers as told at each step."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.peers: set[Any] = set()
        self.say: dict[str, str] = {}
        self.offers: tuple[str, ...] = ()
        self.lock = threading.Lock()

    async def handle_EHLO(  # noqa: N802 - the library finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], *self.offers, *responses[1:]]

    async def handle_MAIL(  # noqa: N802 - the library finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.peers.add(session.peer)
        if "MAIL" in self.say:
            return self.say["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.say:
            return self.say["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        if self.say.get("DATA") == "drop":
            self.mails.append(envelope)
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 never seen"
        if "DATA" in self.say:
            return self.say["DATA"]
        with self.lock:
            self.mails.append(envelope)
        return "250 2.0.0 queued for zoe@student.example as 1"


@contextmanager
def sink(**options: Any) -> Iterator[tuple[Sink, str]]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=0, **options)
    # Port 0 means any free one; the library's own check would connect to port 0, so the real one is found first.
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield handler, f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def subject_of(envelope: Envelope) -> str:
    assert isinstance(envelope.content, bytes)
    return str(email.message_from_bytes(envelope.content)["Subject"])


@contextmanager
def mailer(url: str, **options: Any) -> Iterator[SmtpMail]:
    mail = SmtpMail(url, **{"timeout": 5.0, "helo": "app.example", **options})
    try:
        yield mail
    finally:
        mail.close()


def test_a_mail_arrives_as_composed() -> None:
    with sink() as (handler, at), mailer(f"smtp://{at}") as gateway:
        receipt = gateway.send(a_mail(subject="Zoë", text="a\n.b\n..\nc", envelope_from="b+1@program-match.example"))
    envelope = handler.mails[0]
    assert envelope.mail_from == "b+1@program-match.example"
    assert envelope.rcpt_tos == ["zoe@student.example"]
    assert isinstance(envelope.content, bytes)
    assert b"\r\n\r\na\r\n.b\r\n..\r\nc\r\n" in envelope.content
    assert receipt.message_id == "<m1@program-match.example>"
    assert receipt.answer == "250 2.0.0 queued for … as 1"


def test_one_connection_serves_many_mails() -> None:
    with sink() as (handler, at), mailer(f"smtp://{at}") as gateway:
        for _ in range(20):
            gateway.send(a_mail())
    assert (len(handler.mails), len(handler.peers)) == (20, 1)


def test_threads_never_share_a_connection_in_use() -> None:
    with sink() as (handler, at), mailer(f"smtp://{at}") as gateway, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: gateway.send(a_mail(subject=f"mail {n}")), range(80)))
    subjects = {subject_of(mail) for mail in handler.mails}
    assert len(handler.mails) == len(subjects) == 80
    assert len(handler.peers) <= 4


@pytest.mark.parametrize("offers", [(), ("250-PIPELINING",)])
@pytest.mark.parametrize(
    ("step", "answer", "kind", "reason"),
    [
        ("MAIL", "550 5.7.1 no", Permanent, "sender_refused"),
        ("MAIL", "451 4.3.0 later", Retryable, "sender_deferred"),
        ("MAIL", "530 5.7.0 log in first", Retryable, "login_refused"),
        ("RCPT", "550 5.1.1 <zoe@student.example> unknown", Permanent, "recipient_refused"),
        ("RCPT", "553 5.1.3 bad", Permanent, "recipient_refused"),
        ("RCPT", "450 4.2.0 greylisted", Retryable, "recipient_deferred"),
        ("RCPT", "452 4.2.2 full", Retryable, "recipient_deferred"),
        ("RCPT", "421 4.7.0 too many", Retryable, "server_busy"),
        ("DATA", "554 5.7.1 spam", Permanent, "message_refused"),
        ("DATA", "552 5.3.4 too big", Permanent, "message_refused"),
        ("DATA", "451 4.3.0 later", Retryable, "message_deferred"),
        ("DATA", "421 4.3.2 closing", Retryable, "server_busy"),
        ("DATA", "drop", Uncertain, "answer_lost"),
    ],
)
def test_each_answer_has_its_error_and_the_next_mail_goes_through(
    step: str, answer: str, kind: type[Exception], reason: str, offers: tuple[str, ...]
) -> None:
    with sink() as (handler, at), mailer(f"smtp://{at}") as gateway:
        handler.offers = offers
        gateway.send(a_mail())
        handler.say = {step: answer}
        with pytest.raises(kind) as refused:
            gateway.send(a_mail())
        error = refused.value
        assert isinstance(error, Permanent | Retryable | Uncertain)
        assert error.reason == reason
        assert "@" not in error.text
        assert answer == "drop" or answer[:3] in error.text
        handler.say = {}
        gateway.send(a_mail(subject="after"))
        assert subject_of(handler.mails[-1]) == "after"


@pytest.mark.parametrize("idle_check", [0.0, 60.0])
def test_a_server_that_went_away_between_mails_costs_nothing(idle_check: float) -> None:
    """The kept connection is dead; nothing was handed over yet, so a new one is opened behind the scenes."""
    with sink() as (handler, at), mailer(f"smtp://{at}", idle_check=idle_check) as gateway:
        gateway.send(a_mail())
        gateway._resting[0].connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # it is connected
        gateway.send(a_mail())
    assert (len(handler.mails), len(handler.peers)) == (2, 2)


def test_a_server_that_is_down_is_tried_again_and_found_when_back() -> None:
    with sink() as (_, at), mailer(f"smtp://{at}") as gateway:
        gateway.send(a_mail())
    with mailer(f"smtp://{at}") as gateway, pytest.raises(Retryable) as refused:
        gateway.send(a_mail())
    assert refused.value.reason == "server_unreachable"


@contextmanager
def scripted(*answers: bytes | None) -> Iterator[str]:
    """A server that says the next answer to each thing it reads; None hangs up, and the end is silence."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for answer in answers:
                if answer is None:
                    return
                connection.sendall(answer)
                connection.recv(65536)
            done.wait(10)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        thread.join(10)
        listener.close()


GREETING, OK, GO = b"220 hi\r\n", b"250 ok\r\n", b"354 go\r\n"
OFFERS, NO = b"250-hi\r\n250 PIPELINING\r\n", b"550 no\r\n"


@pytest.mark.parametrize(
    ("answers", "kind", "reason"),
    [
        ((b"554 no service\r\n",), Retryable, "server_busy"),
        ((b"421 busy\r\n",), Retryable, "server_busy"),
        ((None,), Retryable, "server_unreachable"),
        ((), Retryable, "server_unreachable"),
        ((GREETING, None), Retryable, "connection_lost"),
        ((GREETING, OK, None), Retryable, "connection_lost"),
        ((GREETING, OK, OK, None), Retryable, "connection_lost"),
        ((GREETING, OK, OK, OK, None), Retryable, "connection_lost"),
        ((GREETING, OK, OK), Retryable, "connection_lost"),
        ((GREETING, OK, OK, OK), Retryable, "connection_lost"),
        ((GREETING, OK, OK, OK, GO, None), Uncertain, "answer_lost"),
        ((GREETING, OK, OK, OK, GO), Uncertain, "answer_lost"),
        ((GREETING, OK, OK, OK, GO, b"x" * 9000), Uncertain, "answer_lost"),
        ((GREETING, OK, OK, OK, b"451 not now\r\n", OK), Retryable, "message_deferred"),
        ((GREETING, OK, OK, OK, GO, b"garbage\r\n"), Retryable, "message_deferred"),
        ((GREETING, OFFERS, None), Retryable, "connection_lost"),
        ((GREETING, OFFERS, OK, None), Retryable, "connection_lost"),
        ((GREETING, OFFERS, OK + OK, None), Retryable, "connection_lost"),
        ((GREETING, OFFERS, OK + OK + GO, None), Uncertain, "answer_lost"),
        ((GREETING, OFFERS, OK + b"421 busy\r\n", None), Retryable, "server_busy"),
        ((GREETING, OFFERS, NO, None), Permanent, "sender_refused"),
        # A server that refuses and yet wants the mail gets nothing more: no mail, no line that would end one.
        ((GREETING, OFFERS, OK + NO + GO, None), Permanent, "recipient_refused"),
        ((GREETING, OFFERS, NO + NO + GO, None), Permanent, "sender_refused"),
    ],
)
def test_what_is_lost_before_the_final_dot_is_retried_and_after_it_uncertain(
    answers: tuple[bytes | None, ...], kind: type[Exception], reason: str
) -> None:
    with scripted(*answers) as url, mailer(url, timeout=0.3) as gateway, pytest.raises(kind) as refused:
        gateway.send(a_mail())
    assert isinstance(refused.value, Retryable | Permanent | Uncertain)
    assert refused.value.reason == reason


@pytest.mark.parametrize(("refusals", "kept"), [(OK + NO + b"503 no recipient\r\n", 1), (OK + NO + GO, 0)])
def test_a_connection_on_which_the_server_waits_for_a_mail_it_refused_is_closed(refusals: bytes, kept: int) -> None:
    with scripted(GREETING, OFFERS, refusals, OK) as url, mailer(url, timeout=0.3) as gateway:
        with pytest.raises(Permanent):
            gateway.send(a_mail())
        assert len(gateway._resting) == kept


def contexts(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    pem = certificate(folder, name)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    return serving, ssl.create_default_context(cafile=os.fspath(pem))


def only_zoe(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.login == b"zoe" and data.password == b"p@ss:/w", handled=False)


def test_log_in_over_starttls(tmp_path: Path) -> None:
    serving, trusting = contexts(tmp_path, "127.0.0.1")
    with sink(tls_context=serving, require_starttls=True, authenticator=only_zoe, auth_required=True) as (handler, at):
        with mailer(f"smtp://zoe:p%40ss%3A%2Fw@{at}?starttls=require", tls=trusting) as gateway:
            gateway.send(a_mail())
        with mailer(f"smtp://zoe:wrong@{at}", tls=trusting) as gateway, pytest.raises(Retryable) as refused:
            gateway.send(a_mail())
    assert refused.value.reason == "login_refused"
    assert len(handler.mails) == 1


def test_a_certificate_with_another_name_gets_no_mail_and_no_password(tmp_path: Path) -> None:
    serving, trusting = contexts(tmp_path, "mail.example")
    with sink(tls_context=serving, authenticator=only_zoe) as (handler, at):
        with mailer(f"smtp://zoe:x@{at}", tls=trusting) as gateway, pytest.raises(Retryable) as refused:
            gateway.send(a_mail())
        assert refused.value.reason == "tls_failed"
        with mailer(f"smtp://{at}?starttls=never") as gateway:
            gateway.send(a_mail())
    assert len(handler.mails) == 1


def test_required_starttls_that_is_not_offered_gets_no_mail() -> None:
    with (
        sink() as (handler, at),
        mailer(f"smtp://{at}?starttls=require") as gateway,
        pytest.raises(Retryable) as refused,
    ):
        gateway.send(a_mail())
    assert refused.value.reason == "tls_failed"
    assert handler.mails == []


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    serving, trusting = contexts(tmp_path, "127.0.0.1")
    with sink(ssl_context=serving) as (handler, at), mailer(f"smtps://{at}", tls=trusting) as gateway:
        gateway.send(a_mail())
    assert len(handler.mails) == 1


def test_an_address_in_utf8_needs_a_server_that_takes_it() -> None:
    with sink(enable_SMTPUTF8=True) as (handler, at), mailer(f"smtp://{at}") as gateway:
        gateway.send(a_mail(recipient="zoë@student.example"))
        gateway.send(a_mail())
    assert [mail.rcpt_tos for mail in handler.mails] == [["zoë@student.example"], ["zoe@student.example"]]
    with sink(enable_SMTPUTF8=False) as (handler, at), mailer(f"smtp://{at}") as gateway:
        with pytest.raises(Permanent) as refused:
            gateway.send(a_mail(recipient="zoë@student.example"))
        gateway.send(a_mail())
    assert refused.value.reason == "smtputf8_unsupported"
    assert len(handler.mails) == 1


def test_the_url_is_read_and_the_password_kept_to_ourselves() -> None:
    server = SmtpServer.parse("smtp://user%40x:p%40ss@mail.example:2525?starttls=if_offered")
    assert (server.host, server.port, server.user, server.password) == ("mail.example", 2525, "user@x", "p@ss")
    assert (server.tls, server.starttls) == ("starttls", "if_offered")
    assert "p@ss" not in repr(server)
    assert (SmtpServer.parse("smtp://h").port, SmtpServer.parse("smtp://h").starttls) == (25, "if_offered")
    assert (SmtpServer.parse("smtp://u:p@h").port, SmtpServer.parse("smtp://u:p@h").starttls) == (587, "require")
    assert (SmtpServer.parse("smtps://h").port, SmtpServer.parse("smtps://h").tls) == (465, "at_once")


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example", "smtp://", "smtp://u:secret@h:x", "smtp://u:secret@h/path",
     "smtp://u:secret@h?starttls=maybe", "smtp://u:secret@h?other=1"],
)  # fmt: skip
def test_a_url_that_is_not_for_smtp_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL") as refused:
        SmtpServer.parse(url)
    assert "secret" not in str(refused.value)


def test_handing_over_is_told_once_and_only_when_the_mail_is_about_to_leave() -> None:
    told: list[int] = []
    with sink() as (handler, at), mailer(f"smtp://{at}") as gateway:
        gateway.send(a_mail(), handing_over=lambda: told.append(len(handler.mails)))
        handler.say = {"RCPT": "550 5.1.1 unknown"}
        with pytest.raises(Permanent):
            gateway.send(a_mail(), handing_over=lambda: told.append(-1))
    assert told == [0]


def test_when_handing_over_is_stopped_nothing_arrives() -> None:
    class StoppedError(Exception):
        pass

    def stop() -> None:
        raise StoppedError

    with sink() as (handler, at), mailer(f"smtp://{at}") as gateway:
        with pytest.raises(StoppedError):
            gateway.send(a_mail(), handing_over=stop)
        gateway.send(a_mail(subject="after"))
    assert [subject_of(mail) for mail in handler.mails] == ["after"]
