"""What comes back moves the message it is about, stops the address where it must, and believes nobody else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.bounce import ReportKind
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import address_key
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.return_path import return_path
from webapp.domain.suppression import EVERY_CLASS, SuppressionReason
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import InboundMail, Message, OutboxEvent, Prospect, Suppression
from webapp.services import erasure, inbound_mail, message, suppression
from webapp.services.message import Outside
from webapp.services.transaction import Begin

FIXTURES = Path(__file__).parents[1] / "gateways" / "inbound"
TOKEN = "5d1c0f9a3b7e48264a90bc1de2f3748596a7b8c9"
MESSAGE_ID = "0198f2a4-7c1e-7b3a-9d52-4e8f60a1b2c3"
TO = return_path(TOKEN, "match.example")
Take = Callable[..., InboundMail]


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.eml").read_bytes()


@pytest.fixture
def sent(
    session: Session, begin: Begin, clock: FrozenClock, links: Links, seal: Seal, message_outside: Outside
) -> Message:
    """A mail that was handed over, under the token and the id that the fixtures name."""
    submit_request(session, clock, links, [make_school(session, seal)])
    session.execute(update(Message).values(id=MESSAGE_ID, return_token=TOKEN))
    session.expire_all()
    message.send(begin, clock, message_outside, session.scalars(select(Message.id)).one())
    return session.scalars(select(Message)).one()


@pytest.fixture
def take(session: Session, clock: FrozenClock, links: Links) -> Take:
    def taking(raw: bytes, *, to: str = TO) -> InboundMail:
        mail_id = inbound_mail.receive(session, clock, links, raw, to=to, source="test")
        assert mail_id is not None
        inbound_mail.handle(session, clock, mail_id)
        session.flush()
        session.expire_all()
        return session.get_one(InboundMail, mail_id)

    return taking


def stopped(session: Session) -> set[tuple[MessageClass, str]]:
    return {(row.message_class, row.reason) for row in session.scalars(select(Suppression)).all()}


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("postfix-user-unknown", MessageStatus.BOUNCED, SuppressionReason.HARD_BOUNCE),
        ("gmail-storage-quota", MessageStatus.BOUNCED, None),
        ("gmail-unsolicited", MessageStatus.BOUNCED, None),
        ("yahoo-feedback", MessageStatus.COMPLAINED, SuppressionReason.COMPLAINT),
        ("gmail-delay", MessageStatus.HANDED_OVER, None),
        ("postfix-delivered-receipt", MessageStatus.HANDED_OVER, None),
        ("sieve-vacation", MessageStatus.HANDED_OVER, None),
        ("exchange-out-of-office", MessageStatus.HANDED_OVER, None),
        ("challenge-boxbe", MessageStatus.HANDED_OVER, None),
        ("person-asks-to-stop", MessageStatus.HANDED_OVER, None),
    ],
)
def test_each_kind_does_what_it_must_and_no_more(
    session: Session, sent: Message, take: Take, name: str, status: MessageStatus, reason: str | None
) -> None:
    row = take(fixture(name), to="complaints@match.example" if name == "yahoo-feedback" else TO)
    assert (row.message_id, session.get_one(Message, sent.id).status) == (sent.id, status)
    assert stopped(session) == ({(each, reason) for each in EVERY_CLASS} if reason else set())
    assert (row.raw is None) is (row.kind is not ReportKind.OTHER)
    assert "@" not in (row.diagnosis or "").replace("<address>", "")


def test_a_transactional_mail_that_bounces_stops_the_next_list_too(
    session: Session, sent: Message, take: Take, mail: FakeMail, links: Links, clock: FrozenClock
) -> None:
    session.execute(update(Message).values(message_class=MessageClass.TRANSACTIONAL))
    take(fixture("postfix-user-unknown"))
    for message_class in EVERY_CLASS:
        assert suppression.is_key_suppressed(session, address_key(links.secret, "Ana@student.example"), message_class)
    assert not suppression.is_key_suppressed(
        session, address_key(links.secret, "bo@student.example"), MessageClass.MATCHES
    )


def test_the_same_report_twice_is_one_and_one_that_comes_late_moves_nothing(
    session: Session, sent: Message, take: Take, clock: FrozenClock, links: Links
) -> None:
    row = take(fixture("postfix-user-unknown"))
    assert inbound_mail.receive(session, clock, links, fixture("postfix-user-unknown"), to=TO, source="test") is None
    inbound_mail.handle(session, clock, row.id)
    take(fixture("sendmail-warning"))
    take(fixture("yahoo-feedback"))
    assert session.get_one(Message, sent.id).status is MessageStatus.BOUNCED
    assert len(stopped(session)) == 2 * len(EVERY_CLASS)  # a row for each cause
    assert len(session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "mail.received")).all()) == 3


@pytest.mark.parametrize(
    ("raw", "to"),
    [
        (fixture("postfix-user-unknown"), return_path("0" * 40, "match.example")),  # a token that we never gave out
        (fixture("postfix-user-unknown").replace(TOKEN.encode(), b"f" * 40), "postmaster@match.example"),
        (fixture("nonstandard-id-only-forwarder").replace(b"0198f2a4", b"0198f2a5"), "postmaster@match.example"),
        (fixture("arf-minimal-rfc5965").replace(MESSAGE_ID.encode(), b"7"), "abuse@match.example"),
        (b"From: mailer-daemon@evil.example\nSubject: failure notice\n\nana@student.example: user unknown", "bounce@x"),
    ],
    ids=["wrong-envelope", "wrong-token", "wrong-id", "no-id", "address-only"],
)
def test_a_forged_report_changes_nothing(session: Session, sent: Message, take: Take, raw: bytes, to: str) -> None:
    row = take(raw, to=to)
    assert (row.message_id, row.outcome) == (None, "no_message_of_ours")
    assert session.get_one(Message, sent.id).status is MessageStatus.HANDED_OVER
    assert stopped(session) == set()


def test_soft_bounces_count_by_day(session: Session, sent: Message, take: Take, clock: FrozenClock) -> None:
    for number in range(4):
        take(fixture("gmail-storage-quota") + b"%d" % number)  # one day, one outage
    clock.advance(timedelta(days=40))  # and long ago
    for day in range(3):
        assert stopped(session) == set(), day
        clock.advance(timedelta(days=2))
        take(fixture("qmail-over-quota") + b"%d" % day)
    assert stopped(session) == {(each, SuppressionReason.SOFT_BOUNCES) for each in EVERY_CLASS}


def test_a_bounce_finds_the_address_it_is_about_when_the_student_has_another(
    session: Session, sent: Message, take: Take, links: Links
) -> None:
    session.execute(update(Prospect).values(email="new@student.example", email_key=address_key(links.secret, "new@x")))
    take(fixture("postfix-user-unknown"))
    [key] = session.scalars(select(Suppression.email_key).distinct()).all()
    assert key == address_key(links.secret, "ana@student.example")


def test_suppression_outlives_an_erasure_and_works_on_the_next_request(
    session: Session,
    begin: Begin,
    sent: Message,
    take: Take,
    clock: FrozenClock,
    links: Links,
    seal: Seal,
    mail: FakeMail,
    message_outside: Outside,
) -> None:
    take(fixture("person-answers"))
    take(fixture("postfix-user-unknown"))
    prospect_id = session.scalars(select(Prospect.id)).one()
    erasure.erase(session, clock, prospect_id, page="https://match.example/my-data")
    session.expire_all()
    assert {(row.raw, row.diagnosis) for row in session.scalars(select(InboundMail)).all()} == {(None, None)}
    submit_request(session, clock, links, [make_school(session, seal, name="Birch")])
    again = session.scalars(select(Message).where(Message.status == MessageStatus.PENDING)).one()
    message.send(begin, clock, message_outside, again.id)
    session.expire_all()
    assert (again.status, again.reason) == (MessageStatus.SUPPRESSED, "suppressed")
    assert len(mail.sent) == 1


def test_a_report_that_is_faster_than_the_worker_waits_for_it(
    session: Session, sent: Message, take: Take, clock: FrozenClock
) -> None:
    session.execute(update(Message).values(status=MessageStatus.LEASED))
    row = take(fixture("postfix-user-unknown"))
    assert row.handled_at is None
    session.execute(update(Message).values(status=MessageStatus.HANDED_OVER))
    inbound_mail.handle(session, clock, row.id)
    session.flush()
    assert session.get_one(Message, sent.id, populate_existing=True).status is MessageStatus.BOUNCED


def test_what_was_kept_for_people_goes_in_time(session: Session, sent: Message, take: Take, clock: FrozenClock) -> None:
    row = take(fixture("person-answers"))
    assert row.raw is not None
    clock.advance(timedelta(days=15))
    inbound_mail.purge(session, clock)
    session.expire_all()
    assert session.get_one(InboundMail, row.id).raw is None
    clock.advance(timedelta(days=180))
    inbound_mail.purge(session, clock)
    assert session.scalars(select(InboundMail)).all() == []


def test_each_message_has_a_token_of_its_own(session: Session, clock: FrozenClock) -> None:
    for number in range(2):
        message.queue(
            session,
            key=f"k{number}",
            message_class=MessageClass.STAFF,
            template=Template.PARTNER_PAUSED,
            at=clock.now(),
        )
    tokens = session.scalars(select(Message.return_token)).all()
    assert len(set(tokens)) == 2
    assert all(return_path(token, "match.example") for token in tokens)
