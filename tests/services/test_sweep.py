"""Whatever the broker forgets, the sweep finds."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.events import EventKind
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus
from webapp.domain.partner import PartnerStatus
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead, Message, Partner
from webapp.services import lead
from webapp.services.sweep import sweep
from webapp.services.transaction import Begin

UNDO = timedelta(minutes=10)


class Broker:
    """Keeps what was published, by kind."""

    def __init__(self) -> None:
        self.ids: dict[EventKind, list[UUID]] = defaultdict(list)

    def __call__(self, kind: EventKind, subjects: Sequence[UUID]) -> None:
        self.ids[kind].extend(subjects)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture(autouse=True)
def _submitted(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    submit_request(session, clock, links, [make_school(session, seal)])


def test_what_the_quick_way_may_still_do_is_left_alone(begin: Begin, clock: FrozenClock, broker: Broker) -> None:
    assert sweep(begin, broker, clock) == 0


def test_a_mail_the_broker_lost_is_found(session: Session, begin: Begin, clock: FrozenClock, broker: Broker) -> None:
    clock.advance(timedelta(seconds=5))
    sweep(begin, broker, clock)
    assert broker.ids == {EventKind.MESSAGE_DUE: [session.scalars(select(Message.id)).one()]}


def test_a_lead_whose_release_was_lost_is_found(
    session: Session, begin: Begin, clock: FrozenClock, broker: Broker
) -> None:
    clock.advance(UNDO + timedelta(seconds=5))
    sweep(begin, broker, clock)
    assert broker.ids[EventKind.LEAD_DUE] == [session.scalars(select(Lead.id)).one()]


def test_a_delivery_is_found_when_due_and_when_its_lease_ran_out(
    session: Session, begin: Begin, clock: FrozenClock, broker: Broker
) -> None:
    clock.advance(UNDO)
    lead.release(session, clock, session.scalars(select(Lead.id)).one())
    session.flush()
    delivery_id = session.scalars(select(Delivery.id)).one()
    clock.advance(timedelta(seconds=5))
    sweep(begin, broker, clock)
    assert broker.ids.pop(EventKind.DELIVERY_DUE) == [delivery_id]

    until = clock.now() + timedelta(seconds=60)
    session.execute(update(Delivery).values(status=DeliveryStatus.LEASED, leased_until=until, due_at=None))
    sweep(begin, broker, clock)
    assert EventKind.DELIVERY_DUE not in broker.ids
    clock.at = until
    sweep(begin, broker, clock)
    assert broker.ids[EventKind.DELIVERY_DUE] == [delivery_id]


def test_an_abandoned_mail_is_found(session: Session, begin: Begin, clock: FrozenClock, broker: Broker) -> None:
    session.execute(update(Message).values(status=MessageStatus.LEASED, leased_until=clock.now(), due_at=None))
    sweep(begin, broker, clock)
    assert broker.ids[EventKind.MESSAGE_DUE] == [session.scalars(select(Message.id)).one()]


def test_a_held_lead_past_its_day_expires(session: Session, begin: Begin, clock: FrozenClock, broker: Broker) -> None:
    session.execute(update(Partner).values(status=PartnerStatus.PAUSED))
    session.expire_all()
    clock.advance(UNDO)
    lead.release(session, clock, session.scalars(select(Lead.id)).one())
    session.flush()
    clock.advance(timedelta(days=31))
    sweep(begin, broker, clock)
    assert session.scalars(select(Lead.status)).one() is LeadStatus.EXPIRED
