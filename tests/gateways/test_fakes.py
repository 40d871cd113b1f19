"""The fakes and the development inbox keep the same promises as the real gateways."""

from datetime import UTC, datetime

import pytest

from tests.gateways.test_envelope import a_mail
from webapp.gateways.errors import GatewayError, Permanent, Retryable, Uncertain
from webapp.gateways.fakes import FakeMail, FakeWebhook, an_answer
from webapp.gateways.inbox import InboxMail
from webapp.gateways.mail import MailGateway, OutgoingMail
from webapp.gateways.smtp import SmtpMail
from webapp.gateways.webhook import WebhookGateway, WebhookRequest


def test_they_fit_the_protocols() -> None:
    mails: list[MailGateway] = [FakeMail(), InboxMail(print), SmtpMail("smtp://127.0.0.1:1")]
    hooks: list[WebhookGateway] = [FakeWebhook()]
    assert len(mails) + len(hooks) == 4


@pytest.mark.parametrize(
    ("failure", "arrived"), [(Retryable("down"), 0), (Permanent("no"), 0), (Uncertain("answer_lost"), 1)]
)
def test_the_fake_mail_fails_as_told_then_works(failure: GatewayError, arrived: int) -> None:
    fake = FakeMail()
    fake.fail_next(failure)
    with pytest.raises(type(failure)):
        fake.send(a_mail())
    assert len(fake.sent) == arrived
    assert fake.send(a_mail()).message_id == "<m1@program-match.example>"
    assert (fake.tries, len(fake.sent)) == (2, arrived + 1)


def test_the_fake_webhook_answers_as_told_then_200() -> None:
    fake = FakeWebhook()
    fake.answer_next(an_answer(503, retry_after="9"), Retryable("timed_out"))
    request = WebhookRequest("https://p.example/", b"{}", "wh_1", (), datetime.now(UTC))
    assert fake.post(request).headers == {"retry-after": "9"}
    with pytest.raises(Retryable):
        fake.post(request)
    assert fake.post(request).status == 200
    assert len(fake.posted) == 3


def test_the_inbox_stores_the_mail_and_refuses_what_smtp_would() -> None:
    kept: list[OutgoingMail] = []
    inbox = InboxMail(kept.append)
    assert inbox.send(a_mail()).message_id == "<m1@program-match.example>"
    with pytest.raises(Permanent):
        inbox.send(a_mail(subject="a\nb"))
    assert len(kept) == 1


def test_an_error_says_its_reason_in_words() -> None:
    assert (Permanent("address_refused").text, str(Permanent("x", text="Why."))) == ("Address refused.", "x")
