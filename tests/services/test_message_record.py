"""What is begun together: taken back when it did not leave, and looked at again when it waited."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories.stage import Stage, staged
from webapp.domain.delivery import AttemptOutcome
from webapp.domain.message import MessageStatus
from webapp.gateways.fakes import FakeMail
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing
from webapp.models import Attempt, Message
from webapp.services import message

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Meanwhile(FakeMail):
    """Something else happens as soon as the first mail has left, or just before it leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        if self.before:
            self.before()
        receipt = super().send(mail, handing_over=handing_over)
        if self.after:
            self.after()
            self.after = None
        return receipt


@pytest.fixture
def mail() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
def stage(fresh_database_url: str, mail: Meanwhile) -> Iterator[Stage]:
    with staged(fresh_database_url, NOON, mail) as stage:
        yield stage


@pytest.fixture
def outside(stage: Stage) -> message.Outside:
    return stage.mailing()


def send(stage: Stage, outside: message.Outside, number: int) -> None:
    schools = stage.schools("Larkspur")
    for each in range(number):
        stage.request(schools, ticked=[], email=f"s{each}@student.example")
    message.send_all(stage.begin, stage.clock, outside, [row.id for row in stage.all(Message)])


def stop_what_has_not_left(stage: Stage, mail: Meanwhile) -> None:
    with stage.begin() as session:
        for row in session.scalars(select(Message)):
            if f"<{row.id}@match.example>" not in {each.message_id for each in mail.sent}:
                message.revoke(session, row.id, reason="withdrawn")


def test_what_was_begun_and_waited_is_looked_at_again_before_it_leaves(
    stage: Stage, mail: Meanwhile, outside: message.Outside
) -> None:
    def a_second_later() -> None:
        stop_what_has_not_left(stage, mail)
        stage.clock.advance(timedelta(seconds=1))

    mail.after = a_second_later
    send(stage, outside, 4)
    assert len(mail.sent) == 1
    ended = sorted(str(row.status) for row in stage.all(Message))
    assert ended == ["handed_over", "suppressed", "suppressed", "suppressed"]
    assert [str(row.outcome) for row in stage.all(Attempt) if row.outcome is AttemptOutcome.ACCEPTED] == ["accepted"]


def test_a_mail_that_is_still_ours_at_the_second_look_keeps_its_attempt(
    stage: Stage, mail: Meanwhile, outside: message.Outside
) -> None:
    mail.after = lambda: stage.clock.advance(timedelta(seconds=1))
    send(stage, outside, 4)
    assert len(mail.sent) == 4
    assert {row.status for row in stage.all(Message)} == {MessageStatus.HANDED_OVER}
    assert [(row.number, row.outcome) for row in stage.all(Attempt)] == [(1, AttemptOutcome.ACCEPTED)] * 4


def test_a_lease_that_is_gone_begins_nothing(stage: Stage, mail: Meanwhile, outside: message.Outside) -> None:
    mail.before = lambda: stop_what_has_not_left(stage, mail)
    send(stage, outside, 3)
    assert mail.sent == []
    assert stage.all(Attempt) == []
    assert {row.status for row in stage.all(Message)} == {MessageStatus.SUPPRESSED}
