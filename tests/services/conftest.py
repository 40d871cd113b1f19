"""Services on a real database whose changes are rolled back, with fakes for the world outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DELIVERY_RETRY_SECONDS, LEASE_SECONDS, MAIL_RETRY_SECONDS, retry_policy
from webapp.domain.links import Links
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.services import handover, message
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
