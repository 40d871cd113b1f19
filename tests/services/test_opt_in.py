"""An address that nobody confirmed gets one list, whoever asks and however often."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, update

from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import retry_policy
from webapp.domain.message import MessageStatus, Template
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.models import LinkRequest, Message, Prospect
from webapp.services import correction, link_request, message, opt_in
from webapp.services.letter import Sender

MANY = int(os.environ.get("OPT_IN_REQUESTS", "60"))


@pytest.fixture
def stage(fresh_database_url: str) -> Iterator[Stage]:
    engine = create_engine(fresh_database_url, pool_size=12)
    yield Stage(engine, FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC)), FakeWebhook(), FakeMail())
    engine.dispose()


def send_all(stage: Stage, at_once: int = 8) -> None:
    outside = message.Outside(
        stage.mail, stage.links, Sender("m@match.example", "1 Main Street"), retry_policy(60, (60,)), lambda: 0.0
    )
    with stage.begin() as session:
        waiting = session.scalars(select(Message.id).where(Message.due_at.is_not(None))).all()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda each: message.send(stage.begin, stage.clock, outside, each), waiting))


def reasons(stage: Stage) -> list[str]:
    return sorted(str(row.reason) for row in stage.all(Message) if row.status is MessageStatus.SUPPRESSED)


def test_many_requests_for_one_address_from_anywhere_make_one_mail(
    stage: Stage, submit_many: Callable[..., None]
) -> None:
    """With eight workers at once. OPT_IN_REQUESTS=500 is the whole attack."""
    submit_many(stage, MANY)
    send_all(stage)
    [sent] = stage.mail.sent
    assert "/my-data/confirm/" in sent.text
    assert reasons(stage) == ["unconfirmed_address"] * (MANY - 1)
    with stage.begin() as session:
        assert opt_in.list_is_withheld(session, session.scalars(select(Prospect.id)).all()[-1])


@pytest.fixture
def submit_many() -> Callable[..., None]:
    """Many requests for one address. The form's limits are not asked: they count by client, and here each has one."""

    def submitting(stage: Stage, count: int) -> None:
        first = stage.request([])
        with stage.begin() as session:
            like = session.get_one(Prospect, first.prospect_id)
            asked = session.scalars(select(Message)).one()
            for number in range(1, count):
                prospect = Prospect(
                    email=like.email,
                    email_key=like.email_key,
                    data_hash=b"data%d" % number,
                    confirm_hash=b"confirm%d" % number,
                )
                session.add(prospect)
                session.flush()
                session.add(
                    Message(
                        key=f"attack:{number}",
                        message_class=asked.message_class,
                        template=asked.template,
                        template_version="1",
                        prospect_id=prospect.id,
                        submission_id=asked.submission_id,
                        status=MessageStatus.PENDING,
                        due_at=asked.due_at,
                    )
                )

    return submitting


def test_a_confirmed_address_gets_what_it_asks_for_and_an_erased_one_begins_anew(stage: Stage) -> None:
    first = stage.request([])
    send_all(stage)
    again = stage.request([])
    send_all(stage)
    assert (len(stage.mail.sent), reasons(stage)) == (1, ["unconfirmed_address"])
    # The way to the confirming link, once the first mail is lost: the reader asks for the links to their pages.
    with stage.begin() as session:
        link_request.ask(session, stage.clock, stage.links, "ana@student.example")
        link_request.answer(session, stage.clock, session.scalars(select(LinkRequest.id)).one())
    send_all(stage)
    assert stage.links.confirmation_url(again.prospect_id) in stage.mail.sent[-1].text
    with stage.begin() as session:
        correction.confirm_own_address(session, stage.clock, stage.links.confirmation_token(again.prospect_id))
        assert not opt_in.list_is_withheld(session, first.prospect_id)
    stage.request([])
    send_all(stage)
    assert len(stage.mail.sent) == 3
    assert "/my-data/confirm/" not in stage.mail.sent[-1].text
    with stage.begin() as session:
        session.execute(update(Prospect).values(erased_at=stage.clock.now()))
    stage.request([])
    send_all(stage)
    assert len(stage.mail.sent) == 3


def test_receipts_for_introductions_are_one_a_day(stage: Stage) -> None:
    schools = stage.schools("Larkspur", "Birch", "Cedar")
    for school in schools:
        stage.request([school], wants_mail=False)
    send_all(stage)
    assert [row.template for row in stage.all(Message) if row.status is MessageStatus.HANDED_OVER] == [
        Template.INTRODUCTIONS_OPENED
    ]
    assert reasons(stage) == ["too_many_unconfirmed"] * 2
    stage.clock.advance(timedelta(days=1, minutes=1))
    stage.request(schools[:1], wants_mail=False)
    send_all(stage)
    assert len(stage.mail.sent) == 2
