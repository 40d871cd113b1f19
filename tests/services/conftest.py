"""Services on a real database whose changes are rolled back, with fakes for the world outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from tests.services.methods import Add, Work
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import (
    DELIVERY_RETRY_SECONDS,
    LEASE_SECONDS,
    MAIL_RETRY_SECONDS,
    retry_policy,
)
from webapp.domain.delivery_method import Wanted
from webapp.domain.links import Links
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead, Message
from webapp.services import delivery, delivery_method, handover, lead, message
from webapp.services.handover import Outside
from webapp.services.letter import Sender
from webapp.services.transaction import Begin

SECRET = "a secret for tests that is long enough"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC))


@pytest.fixture
def links() -> Links:
    return Links("https://match.example", SECRET)


@pytest.fixture
def seal() -> Seal:
    return Seal(SECRET)


@pytest.fixture
def begin(session: Session) -> Begin:
    @contextmanager
    def begun() -> Iterator[Session]:
        with session.begin_nested():
            yield session
        session.expire_all()

    return begun


@pytest.fixture
def mail() -> FakeMail:
    return FakeMail()


@pytest.fixture
def webhook() -> FakeWebhook:
    return FakeWebhook()


@pytest.fixture
def message_outside(mail: FakeMail, links: Links) -> message.Outside:
    sender = Sender("matches@match.example", "1 Main Street, Springfield")
    return message.Outside(mail, links, sender, retry_policy(LEASE_SECONDS, MAIL_RETRY_SECONDS), lambda: 0.0)


@pytest.fixture
def delivery_outside(webhook: FakeWebhook, links: Links, seal: Seal) -> handover.Outside:
    return handover.Outside(webhook, seal, links, retry_policy(LEASE_SECONDS, DELIVERY_RETRY_SECONDS), lambda: 0.0)


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, daily_cap=5)


@pytest.fixture
def add(session: Session, clock: FrozenClock, seal: Seal, school: School) -> Add:
    def added(*wanted: Wanted, instead: bool = True) -> UUID:
        """Add methods; with `instead` they stand for the webhook that each school has."""
        made = []
        for number, each in enumerate(wanted):
            made.append(delivery_method.add(session, clock, seal, school.partner_id, each).method_id)
            if instead and number == 0:
                delivery_method.remove(session, clock, school.endpoint_id)
        return made[0]

    return added


@pytest.fixture
def ask(session: Session, clock: FrozenClock, links: Links, school: School) -> Callable[..., None]:
    def asked(students: int = 1) -> None:
        for number in range(students):
            submit_request(session, clock, links, [school], email=f"ana{number}@student.example")
        clock.advance(timedelta(minutes=10))
        for each in session.scalars(select(Lead.id)).all():
            lead.release(session, clock, each)
        session.flush()

    return asked


@pytest.fixture
def work(session: Session, begin: Begin, clock: FrozenClock, delivery_outside: Outside) -> Work:
    def worked() -> Lead:
        for each in session.scalars(select(Delivery.id)).all():
            delivery.attempt(begin, clock, delivery_outside, each)
        session.expire_all()
        return session.scalars(select(Lead)).first() or pytest.fail("no lead")

    return worked


@pytest.fixture
def post_mail(
    session: Session, begin: Begin, clock: FrozenClock, message_outside: message.Outside
) -> Callable[[], None]:
    def posted() -> None:
        for each in session.scalars(select(Message.id).where(Message.due_at.is_not(None))).all():
            message.send(begin, clock, message_outside, each)
        session.expire_all()

    return posted
