"""Many mails at a time: each once, in turn, by day, and not while too many complain."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from tests.factories.stage import SECRET, Stage, staged
from webapp.domain.delivery import AttemptOutcome
from webapp.domain.mail_reputation import HELD, Reputation, Standing
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.fakes import FakeMail
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing
from webapp.models import Attempt, MailDomain, Message, Prospect, StaffAccount
from webapp.queries.mail_reputation import find_reputation
from webapp.services import mail_reputation, mail_turn, message, staff
from webapp.services.mail_turn import Limits

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # day on both coasts


class PickyMail(FakeMail):
    """Fails for the addresses in `endings`; keeps the most mails that were on their way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.endings: dict[str, Exception] = {}
        self.counting = threading.Lock()
        self.now = self.most = 0
        self.takes = 0.0
        """Seconds of each mail."""

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        with self.counting:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.takes)
        try:
            ending = self.endings.get(mail.recipient)
            if isinstance(ending, Uncertain):
                handing_over()
            if ending is not None:
                raise ending
            return super().send(mail, handing_over=handing_over)
        finally:
            with self.counting:
                self.now -= 1


@pytest.fixture
def mail() -> PickyMail:
    return PickyMail()


@pytest.fixture
def stage(fresh_database_url: str, mail: PickyMail) -> Iterator[Stage]:
    with staged(fresh_database_url, NOON, mail) as stage:
        yield stage


@pytest.fixture
def outside(stage: Stage) -> message.Outside:
    return stage.mailing(connections=4)


def ask(stage: Stage, *emails: str) -> list[UUID]:
    schools = stage.schools("Larkspur")
    for email in emails:
        stage.request(schools, ticked=[], email=email)
    return waiting(stage)


def waiting(stage: Stage) -> list[UUID]:
    with stage.begin() as session:
        return list(session.scalars(select(Message.id).where(Message.status == MessageStatus.PENDING)))


def send(stage: Stage, outside: message.Outside, ids: list[UUID] | None = None) -> Counter[str]:
    message.send_all(stage.begin, stage.clock, outside, waiting(stage) if ids is None else ids)
    return Counter(str(row.status) for row in stage.all(Message))


def test_a_batch_ends_each_in_its_own_way_and_every_mail_leaves_once(
    stage: Stage, mail: PickyMail, outside: message.Outside
) -> None:
    mail.endings = {
        "later@student.example": Retryable("recipient_deferred"),
        "never@student.example": Permanent("recipient_refused"),
        "who-knows@student.example": Uncertain("answer_lost"),
    }
    mail.takes = 2 * message.SLOW_SECONDS
    ids = ask(stage, *(f"s{number}@student.example" for number in range(12)), *mail.endings)
    racing = [threading.Thread(target=send, args=(stage, outside, ids)) for _ in range(3)]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    rows = {row.id: row for row in stage.all(Message)}
    assert mail.most > 1
    assert Counter(str(row.status) for row in rows.values()) == {
        "handed_over": 12, "deferred": 1, "failed": 1, "uncertain": 1,
    }  # fmt: skip
    assert sorted(each.recipient for each in mail.sent) == sorted(f"s{number}@student.example" for number in range(12))
    tried = stage.all(Attempt)
    assert Counter(each.message_id for each in tried) == Counter(dict.fromkeys(ids, 1))
    assert all(each.finished_at is not None and each.number == 1 for each in tried)
    assert all(row.lease_id is None and row.leased_domain is None for row in rows.values())
    deferred = next(row for row in rows.values() if row.status is MessageStatus.DEFERRED)
    assert (deferred.reason, deferred.due_at) == ("recipient_deferred", NOON + timedelta(seconds=60))
    stage.clock.advance(timedelta(seconds=60))
    mail.endings.clear()
    assert send(stage, outside, list(rows))["handed_over"] == 13
    assert sorted(each.number for each in stage.all(Attempt) if each.message_id == deferred.id) == [1, 2]


@pytest.mark.parametrize(("connections", "slow", "most"), [(4, False, 1), (3, True, 3), (1, True, 1)])
def test_more_mails_are_on_their_way_at_once_where_the_server_is_slow(
    stage: Stage, mail: PickyMail, outside: message.Outside, *, connections: int, slow: bool, most: int
) -> None:
    ask(stage, *(f"s{number}@student.example" for number in range(9)))
    send(stage, outside, waiting(stage)[:1])  # what is only done once
    mail.most, mail.takes = 0, 5 * message.SLOW_SECONDS if slow else 0.0
    assert send(stage, replace(outside, connections=connections)) == {"handed_over": 9}
    assert mail.most == most


def test_connections_beside_the_first_may_end_after_it(stage: Stage, mail: PickyMail, outside: message.Outside) -> None:
    class LateMail(PickyMail):
        """The second mail ends when the time of the batch is over, and slowly; the first connection has ended then."""

        def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
            receipt = super().send(mail, handing_over=handing_over)
            if len(self.sent) == 2:
                stage.clock.advance(timedelta(seconds=40))
                time.sleep(10 * message.SLOW_SECONDS)
            return receipt

    late = LateMail()
    late.takes = 2 * message.SLOW_SECONDS
    ask(stage, *(f"s{number}@student.example" for number in range(6)))
    found = send(stage, replace(outside, mail=late, connections=2))
    assert found["handed_over"] == len(late.sent)
    assert found["handed_over"] + found["pending"] == 6
    assert send(stage, outside)["handed_over"] == 6


def test_one_mail_that_cannot_be_read_or_written_stops_no_other(
    stage: Stage, mail: PickyMail, outside: message.Outside
) -> None:
    first, second, third = ask(stage, *(f"s{number}@student.example" for number in range(3)))
    with stage.begin() as session:
        # Rows that no code of ours writes: neither can be made into a letter.
        session.execute(update(Message).where(Message.id == first).values(template=Template.STATUS_REQUEST, about={}))
    assert send(stage, outside) == {"pending": 1, "handed_over": 2}
    assert len(mail.sent) == 2
    assert {each.message_id for each in stage.all(Attempt)} == {second, third}


def test_what_is_not_begun_in_half_the_lease_goes_back_untried(
    stage: Stage, mail: PickyMail, outside: message.Outside
) -> None:
    class SlowMail(PickyMail):
        def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
            receipt = super().send(mail, handing_over=handing_over)
            stage.clock.advance(timedelta(seconds=40))
            return receipt

    slow = SlowMail()
    ask(stage, *(f"s{number}@student.example" for number in range(3)))
    assert send(stage, replace(outside, mail=slow, connections=1)) == {"handed_over": 1, "pending": 2}
    left = [row for row in stage.all(Message) if row.status is MessageStatus.PENDING]
    assert all((row.attempts_made, row.due_at) == (0, stage.clock.now()) for row in left)
    assert send(stage, outside) == {"handed_over": 3}


def test_a_domain_gets_so_much_at_once_and_in_a_minute(stage: Stage, mail: PickyMail, outside: message.Outside) -> None:
    emails = [f"s{number}@box.example" for number in range(5)]
    ask(stage, *emails, "other@else.example")
    assert send(stage, replace(outside, limits=Limits(at_once=2))) == {"handed_over": 3, "pending": 3}
    later = [row for row in stage.all(Message) if row.status is MessageStatus.PENDING]
    assert {row.reason for row in later} == {mail_turn.WAITS}
    assert all(row.attempts_made == 0 and row.due_at == NOON + mail_turn.LOOK_AGAIN for row in later)
    stage.clock.advance(mail_turn.LOOK_AGAIN)
    by_minute = replace(outside, limits=Limits(per_minute=60))
    assert send(stage, by_minute)["handed_over"] == 4
    slots = sorted(row.due_at for row in stage.all(Message) if row.due_at)
    assert slots == [stage.clock.now() + timedelta(seconds=second) for second in (1, 2)]
    for number in (5, 6):
        stage.clock.advance(timedelta(seconds=1))
        assert send(stage, by_minute)["handed_over"] == number
    assert len({each.recipient for each in mail.sent}) == 6
    stage.clock.advance(timedelta(days=2))
    with stage.begin() as session:
        mail_turn.purge(session, stage.clock)
    assert stage.all(MailDomain) == []


def follow_up(stage: Stage) -> Message:
    """A mail of our own accord, made of the one that was asked for."""
    with stage.begin() as session:
        session.execute(
            update(Message).values(message_class=MessageClass.FOLLOW_UP, template=Template.INTRODUCTIONS_OPENED)
        )
    found: Message = stage.one(Message)
    return found


def test_what_can_wait_comes_by_day_and_what_was_asked_for_at_once(
    stage: Stage, mail: PickyMail, outside: message.Outside
) -> None:
    stage.clock.at = NOON.replace(hour=8)  # midnight in California, where the student lives
    ask(stage, "ana@student.example")
    assert send(stage, outside) == {"handed_over": 1}
    with stage.begin() as session:
        session.execute(update(Message).values(status=MessageStatus.PENDING, due_at=stage.clock.now()))
    follow_up(stage)
    assert send(stage, outside) == {"pending": 1}
    held = stage.one(Message)
    assert (held.reason, held.due_at) == ("quiet_hours", NOON.replace(hour=16))
    stage.clock.at = held.due_at
    with stage.begin() as session:
        session.execute(update(Prospect).values(email_confirmed_at=stage.clock.now()))
    assert send(stage, outside) == {"handed_over": 1}
    assert mail.sent[-1].headers["List-Unsubscribe"].startswith("<https://match.example/")


def complained(stage: Stage, mails: int, complaints: int) -> Standing:
    """The week's figures, as rows, and what is made of them."""
    with stage.begin() as session:
        prospect = session.scalars(select(Prospect.id)).first()
        rows = [
            {
                "key": f"old:{mails}:{number}",
                "message_class": MessageClass.MATCHES,
                "template": Template.MATCHED_PROGRAMS,
                "template_version": "1",
                "prospect_id": prospect,
                "status": MessageStatus.COMPLAINED if number < complaints else MessageStatus.HANDED_OVER,
                "handed_over_at": stage.clock.now() - timedelta(days=6),
            }
            for number in range(mails)
        ]
        session.execute(insert(Message), rows)
    with stage.begin() as session:
        return mail_reputation.measure(session, stage.clock).standing


def test_at_three_in_a_thousand_what_can_wait_stops_and_staff_hear_before(
    stage: Stage, mail: PickyMail, outside: message.Outside
) -> None:
    with stage.begin() as session:
        staff.create_staff(
            session, stage.clock, email="olive@match.example", password=SECRET * 2, roles=["owner"], actor="test"
        )
    ask(stage, "ana@student.example")
    assert complained(stage, 2500, 3) is Standing.ALARMING
    with stage.begin() as session:
        assert mail_reputation.measure(session, stage.clock).standing is Standing.ALARMING  # told once
    assert complained(stage, 500, 6) is Standing.STOPPED
    alerts = [row for row in stage.all(Message) if row.template is Template.STAFF_ALERT]
    assert [row.about["kind"] for row in alerts] == ["mail_complaints", "mail_stopped"]
    send(stage, outside)
    assert [each.recipient for each in mail.sent] == ["olive@match.example"] * 2
    [held] = [row for row in stage.all(Message) if row.status is MessageStatus.PENDING]
    assert (held.reason, held.due_at) == (HELD, NOON + timedelta(minutes=15))
    stage.clock.advance(timedelta(minutes=15))
    with stage.begin() as session:
        mail_reputation.overrule(session, stage.clock)
    send(stage, outside)
    assert mail.sent[-1].recipient == "ana@student.example"
    stage.clock.advance(timedelta(days=2))
    with stage.begin() as session:
        assert mail_reputation.measure(session, stage.clock).standing is Standing.GOOD
        found = find_reputation(session)
    assert found is not None
    assert found.stopped_at is None


@pytest.mark.parametrize(
    ("mails", "complaints", "standing"),
    [
        (0, 0, Standing.GOOD),
        (99, 50, Standing.GOOD),
        (1000, 2, Standing.GOOD),
        (1000, 3, Standing.STOPPED),
        (1001, 3, Standing.ALARMING),
        (3000, 3, Standing.ALARMING),
        (3001, 3, Standing.GOOD),
    ],
)
def test_the_limits_are_exact(mails: int, complaints: int, standing: Standing) -> None:
    assert Reputation(mails, complaints).standing is standing


def test_accounts_that_were_closed_are_told_nothing(stage: Stage, mail: PickyMail, outside: message.Outside) -> None:
    with stage.begin() as session:
        staff.create_staff(
            session, stage.clock, email="olive@match.example", password=SECRET * 2, roles=["owner"], actor="test"
        )
    ask(stage, "ana@student.example")
    complained(stage, 100, 3)
    with stage.begin() as session:
        session.execute(update(StaffAccount).values(active=False))
    send(stage, outside)
    assert mail.sent == []
    assert {each.outcome for each in stage.all(Attempt)} <= {AttemptOutcome.ACCEPTED}
