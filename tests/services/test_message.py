"""A mail is sent once, or it is known that nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome
from webapp.domain.errors import Refused
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, MessageStatus
from webapp.domain.return_path import parse_return_path
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.fakes import FakeMail
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing
from webapp.gateways.sealing import Seal
from webapp.models import Attempt, Message, Prospect
from webapp.services import message, suppression
from webapp.services.message import Outside
from webapp.services.submission import Stored
from webapp.services.transaction import Begin


class Killed(BaseException):
    """What a SIGKILL looks like from inside: nothing after it runs."""


class DyingMail(FakeMail):
    """A gateway under which the worker is killed, before or after the mail server got the mail."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after = after

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        if self.after:
            super().send(mail, handing_over=handing_over)
        raise Killed


@pytest.fixture
def stored(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> Stored:
    return submit_request(session, clock, links, [make_school(session, seal)])


@pytest.fixture
def send(session: Session, begin: Begin, clock: FrozenClock, message_outside: Outside) -> Callable[..., Message]:
    def sending(outside: Outside = message_outside) -> Message:
        message.send(begin, clock, outside, the_message(session).id)
        session.expire_all()
        return the_message(session)

    return sending


def the_message(session: Session) -> Message:
    return session.scalars(select(Message)).one()


def test_a_mail_is_handed_over_once(
    session: Session, stored: Stored, send: Callable[..., Message], mail: FakeMail
) -> None:
    assert send().status is MessageStatus.HANDED_OVER
    send()
    [sent] = mail.sent
    assert sent.recipient == "ana@student.example"
    assert sent.message_id == f"<{the_message(session).id}@match.example>"
    assert "Master of Data Science at Larkspur" in sent.text
    assert "Larkspur Institute, Inc." in sent.text  # what was opened with it
    assert sent.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.headers["List-Unsubscribe"].startswith("<https://match.example/")
    assert sent.headers["Auto-Submitted"] == "auto-generated"
    assert sent.headers["Feedback-ID"] == "matched_programs:1:matches:program-match"
    assert sent.headers["Reply-To"] == "matches@match.example"
    token = parse_return_path(sent.envelope_from)
    assert token == the_message(session).return_token
    assert len(set(token)) > 4


def test_a_refusal_for_now_is_deferred_and_tried_at_the_due_time(
    stored: Stored, send: Callable[..., Message], mail: FakeMail, clock: FrozenClock
) -> None:
    mail.fail_next(Retryable("server_unreachable"), Retryable("server_busy"))
    deferred = send()
    assert deferred.status is MessageStatus.DEFERRED
    assert deferred.due_at == clock.now() + timedelta(seconds=20)
    send()
    assert mail.tries == 1  # not before it is due
    clock.advance(timedelta(seconds=20))
    send()
    clock.advance(timedelta(seconds=60))
    assert send().status is MessageStatus.HANDED_OVER
    assert len(mail.sent) == 1


def test_a_refusal_for_good_fails_and_staff_may_send_again(
    session: Session, stored: Stored, send: Callable[..., Message], mail: FakeMail, clock: FrozenClock
) -> None:
    mail.fail_next(Permanent("recipient_refused"))
    failed = send()
    assert (failed.status, failed.reason) == (MessageStatus.FAILED, "recipient_refused")
    message.resend(session, clock, failed.id)
    assert send().status is MessageStatus.HANDED_OVER
    with pytest.raises(Refused):
        message.resend(session, clock, failed.id)


def test_a_lost_answer_is_uncertain_and_never_repeated_by_itself(
    stored: Stored, send: Callable[..., Message], mail: FakeMail, clock: FrozenClock
) -> None:
    mail.fail_next(Uncertain("answer_lost"))
    assert send().status is MessageStatus.UNCERTAIN
    clock.advance(timedelta(days=3))
    assert send().status is MessageStatus.UNCERTAIN
    assert len(mail.sent) == 1


@pytest.mark.parametrize(
    ("after", "status", "sent"), [(False, MessageStatus.HANDED_OVER, 1), (True, MessageStatus.UNCERTAIN, 0)]
)
def test_a_worker_lost_before_handing_over_loses_nothing_and_after_it_doubles_nothing(
    session: Session,
    stored: Stored,
    send: Callable[..., Message],
    mail: FakeMail,
    clock: FrozenClock,
    message_outside: Outside,
    after: bool,
    status: MessageStatus,
    sent: int,
) -> None:
    with pytest.raises(Killed):
        send(replace(message_outside, mail=DyingMail(after=after)))
    session.expire_all()
    send()
    assert mail.sent == []  # the lease still holds
    clock.advance(message_outside.retries.lease)
    assert send().status is status
    assert len(mail.sent) == sent


def test_a_message_that_kills_every_worker_ends(
    stored: Stored, send: Callable[..., Message], clock: FrozenClock, message_outside: Outside
) -> None:
    for _ in range(len(message_outside.retries.delays) + 1):
        with pytest.raises(Killed):
            send(replace(message_outside, mail=DyingMail(after=False)))
        clock.advance(message_outside.retries.lease)
    assert send().reason == "worker_lost_repeatedly"


def test_a_suppressed_address_gets_nothing_of_that_class(
    session: Session, stored: Stored, send: Callable[..., Message], mail: FakeMail, clock: FrozenClock
) -> None:
    suppression.suppress_prospect(
        session, stored.prospect_id, MessageClass.MATCHES, reason="unsubscribed", at=clock.now()
    )
    assert send().status is MessageStatus.SUPPRESSED
    assert mail.sent == []


def test_an_erased_student_gets_nothing(
    session: Session, stored: Stored, send: Callable[..., Message], mail: FakeMail
) -> None:
    session.execute(update(Prospect).values(email=None))
    session.expire_all()
    assert send().status is MessageStatus.SUPPRESSED
    assert mail.sent == []


def test_attempts_are_numbered_and_say_how_they_ended(
    session: Session, stored: Stored, send: Callable[..., Message], mail: FakeMail, clock: FrozenClock
) -> None:
    mail.fail_next(Retryable("server_busy"))
    send()
    clock.advance(timedelta(minutes=1))
    send()
    tried = session.scalars(select(Attempt).order_by(Attempt.number)).all()
    assert [(each.number, each.outcome) for each in tried] == [
        (1, AttemptOutcome.RETRYABLE),
        (2, AttemptOutcome.ACCEPTED),
    ]
    assert all(each.finished_at for each in tried)
