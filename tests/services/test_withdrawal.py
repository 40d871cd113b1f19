"""Taking back in every state, by real threads on a real database: each ends right, each school that must be is told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.notice import AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.gateways.errors import Permanent, Retryable
from webapp.gateways.fakes import FakeMail, FakeWebhook, an_answer
from webapp.gateways.webhook import WebhookAnswer, WebhookRequest
from webapp.models import Attempt, Consent, Delivery, Lead, PartnerNotice
from webapp.services import erasure, lead, notice
from webapp.services.submission import Stored

UNDO = timedelta(minutes=10)
PROMISED_SECONDS = 5
PAGE = "https://match.example/my-data"


class HeldWebhook(FakeWebhook):
    """Holds each post until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived, self.gate = threading.Event(), threading.Event()

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        self.arrived.set()
        assert self.gate.wait(20)
        return super().post(request)


class Refusing(FakeWebhook):
    """Refuses, and names whom it refuses."""

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        return an_answer(422, b'{"reason": "no Ana Silva please"}')


@pytest.fixture
def stage(fresh_database_url: str) -> Iterator[Stage]:
    engine = create_engine(fresh_database_url, pool_size=12)
    yield Stage(engine, FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC)), FakeWebhook(), FakeMail())
    engine.dispose()


@pytest.fixture
def asked(stage: Stage) -> Stored:
    return stage.request(stage.schools("Larkspur"))


@pytest.fixture
def lead_id(stage: Stage, asked: Stored) -> UUID:
    return stage.leads(asked)[0]


def take_back(stage: Stage, lead_id: UUID, asked: Stored) -> float:
    """Withdraw; the seconds it took."""
    started = time.monotonic()
    with stage.begin() as session:
        lead.withdraw(session, stage.clock, lead_id, prospect_id=asked.prospect_id, page=PAGE)
    return time.monotonic() - started


def state(stage: Stage, lead_id: UUID) -> tuple[LeadStatus, DeliveryStatus]:
    return stage.one(Lead, id=lead_id).status, stage.one(Delivery, lead_id=lead_id).status


@contextmanager
def running(*jobs: Callable[[], Any]) -> Iterator[list[Exception]]:
    """The jobs in threads of their own; they must end, and what they raised is handed over."""
    errors: list[Exception] = []

    def guarded(job: Callable[[], Any]) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - whatever a worker raises is what the test is about
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    yield errors
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("queued", [False, True])
def test_before_it_leaves_nothing_ever_leaves(stage: Stage, asked: Stored, lead_id: UUID, queued: bool) -> None:
    if queued:
        stage.clock.advance(UNDO)
        stage.release(lead_id)
    assert take_back(stage, lead_id, asked) < PROMISED_SECONDS
    stage.clock.advance(UNDO)
    stage.release(lead_id)
    stage.deliver(lead_id)
    assert state(stage, lead_id) == (LeadStatus.WITHDRAWN, DeliveryStatus.CANCELLED)
    assert stage.webhook.posted == []
    assert stage.all(PartnerNotice) == []


def test_while_a_worker_hands_it_over_the_school_is_told_after_it_and_not_before(
    stage: Stage, asked: Stored, lead_id: UUID
) -> None:
    stage.webhook = held = HeldWebhook()
    stage.clock.advance(UNDO)
    stage.release(lead_id)
    with running(lambda: stage.deliver(lead_id)) as errors:
        assert held.arrived.wait(10)
        assert take_back(stage, lead_id, asked) < PROMISED_SECONDS  # it waits for no partner
        assert state(stage, lead_id) == (LeadStatus.WITHDRAWN, DeliveryStatus.CANCELLED)
        waiting = stage.one(PartnerNotice)
        assert waiting.due_at > stage.clock.now()
        notice.tell(stage.begin, stage.clock, stage.outside, waiting.id)
        assert held.posted == []
        held.gate.set()
    assert errors == []
    assert state(stage, lead_id) == (LeadStatus.WITHDRAWN, DeliveryStatus.CANCELLED)
    assert stage.one(PartnerNotice).due_at == stage.clock.now()  # the post is over: no need to wait longer
    stage.tell()
    assert [b"lead.withdrawn" in request.body for request in held.posted] == [False, True]


def test_a_worker_that_died_while_handing_over_is_waited_for_only_until_its_lease_ends(
    stage: Stage, asked: Stored, lead_id: UUID
) -> None:
    class Killed(BaseException):
        pass

    class Dying(FakeWebhook):
        def post(self, request: WebhookRequest) -> WebhookAnswer:
            raise Killed

    stage.webhook = Dying()
    stage.clock.advance(UNDO)
    stage.release(lead_id)
    with pytest.raises(Killed):
        stage.deliver(lead_id)
    take_back(stage, lead_id, asked)
    stage.webhook = FakeWebhook()
    stage.clock.advance(timedelta(seconds=60))
    stage.tell()
    assert stage.one(PartnerNotice).status is NoticeStatus.TOLD


@pytest.mark.parametrize("answer", [an_answer(200), an_answer(409)])
def test_after_it_arrived_the_school_is_told_by_event_and_by_mail(
    stage: Stage, asked: Stored, lead_id: UUID, answer: WebhookAnswer
) -> None:
    stage.clock.advance(UNDO)
    stage.release(lead_id)
    stage.webhook.answer_next(answer)
    stage.deliver(lead_id)
    take_back(stage, lead_id, asked)
    take_back(stage, lead_id, asked)
    stage.tell()
    told = stage.one(PartnerNotice)
    assert (told.kind, told.status) == (NoticeKind.WITHDRAWN, NoticeStatus.TOLD)
    [mail] = [mail for mail in stage.mail.sent if mail.recipient == "leads@larkspur.example"]
    assert stage.links.notice_url(told.id) in mail.text
    assert "Ana" not in mail.text + mail.html
    assert "ana@" not in mail.text + mail.html
    with stage.begin() as session:
        notice.acknowledge(session, stage.clock, stage.links.notice_token(told.id))
    done = stage.one(PartnerNotice)
    assert (done.status, done.acknowledged_by) == (NoticeStatus.ACKNOWLEDGED, AcknowledgedBy.LINK)


@pytest.mark.parametrize(
    ("failure", "told"),
    [(Retryable("timed_out"), True), (an_answer(503), True), (Permanent("url_refused"), False)],
)
def test_a_school_that_may_have_it_without_an_answer_is_told(
    stage: Stage, asked: Stored, lead_id: UUID, failure: Any, told: bool
) -> None:
    stage.clock.advance(UNDO)
    stage.release(lead_id)
    stage.webhook.answer_next(failure)
    stage.deliver(lead_id)
    take_back(stage, lead_id, asked)
    assert len(stage.all(PartnerNotice)) == int(told)


def test_a_notice_is_tried_until_it_is_told_and_an_answer_can_say_that_it_is_done(
    stage: Stage, asked: Stored, lead_id: UUID
) -> None:
    stage.clock.advance(UNDO)
    stage.release(lead_id)
    stage.deliver(lead_id)
    take_back(stage, lead_id, asked)
    done = an_answer(200, b'{"outcome": "acknowledged"}')
    stage.webhook.answer_next(an_answer(500), Retryable("timed_out"), done)
    for _ in range(4):
        stage.tell()
        stage.clock.advance(timedelta(minutes=6))
    told = stage.one(PartnerNotice)
    assert (told.status, told.acknowledged_by, told.attempts_made) == (
        NoticeStatus.ACKNOWLEDGED,
        AcknowledgedBy.ANSWER,
        3,
    )
    assert len({request.webhook_id for request in stage.webhook.posted}) == 2
    assert len([mail for mail in stage.mail.sent if "larkspur" in mail.recipient]) == 1


def test_all_at_once_takes_back_each_in_its_own_state(stage: Stage) -> None:
    asked = stage.request(stage.schools("Larkspur", "Osprey", "Thistle"))
    first, second, third = stage.leads(asked)
    stage.clock.advance(UNDO)
    for each in (first, second):
        stage.release(each)
    stage.deliver(first)
    with stage.begin() as session:
        assert lead.withdraw_all(session, stage.clock, prospect_id=asked.prospect_id, page=PAGE) == 3
    assert {state(stage, each)[0] for each in (first, second, third)} == {LeadStatus.WITHDRAWN}
    assert [each.lead_id for each in stage.all(PartnerNotice)] == [first]
    assert len([each for each in stage.all(Consent) if each.kind == "withdrawn"]) == 3


@pytest.mark.parametrize("act", ["withdraw", "erase"])
def test_whoever_comes_first_nobody_waits_for_ever_and_the_school_is_told_if_it_got_something(
    stage: Stage, act: str
) -> None:
    """Races of the student with a worker that is refused, so that it queues a mail about the student."""
    stage.webhook = Refusing()
    schools = stage.schools("Larkspur")
    for number in range(15):
        asked = stage.request(schools, email=f"s{number}@student.example")
        [lead_id] = stage.leads(asked)
        stage.clock.advance(UNDO)
        stage.release(lead_id)

        def decide(asked: Stored = asked, lead_id: UUID = lead_id) -> None:
            if act == "withdraw":
                take_back(stage, lead_id, asked)
                return
            with stage.begin() as session:
                erasure.erase(session, stage.clock, asked.prospect_id, page=PAGE)

        with running(partial(stage.deliver, lead_id), decide) as errors:
            pass
        assert errors == []
        status = state(stage, lead_id)[0]
        assert status in (LeadStatus.WITHDRAWN, LeadStatus.REJECTED)
        with stage.begin() as session:
            reached = session.execute(
                text("SELECT count(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.lead_id = :id"),
                {"id": lead_id},
            ).scalar_one()
            told = session.execute(
                text("SELECT count(*) FROM partner_notices WHERE lead_id = :id"), {"id": lead_id}
            ).scalar_one()
        expected = reached if act == "erase" or status is LeadStatus.WITHDRAWN else 0
        assert told == expected
        if act == "erase":
            assert not any("Silva" in str(vars(each)) for each in stage.all(Attempt))
    assert {each.outcome for each in stage.all(Attempt)} == {AttemptOutcome.REJECTED}
