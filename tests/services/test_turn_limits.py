"""How much one partner's system is asked to take: a rate, and so many at once."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.methods import FIELDS, URL, Add, Work
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import Limits, Wanted
from webapp.domain.lead import LeadStatus
from webapp.gateways.fakes import FakeWebhook
from webapp.gateways.webhook import WebhookRequest
from webapp.models import Delivery, Lead
from webapp.services import delivery
from webapp.services.handover import Outside
from webapp.services.transaction import Begin


def test_one_partner_gets_no_more_than_its_rate_and_none_is_lost(
    session: Session, add: Add, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock
) -> None:
    add(Wanted(Channel.JSON_POST, url=URL, config={"fields": FIELDS}, limits=Limits(per_minute=6)))
    ask(5)
    times = []
    for _ in range(60):
        before = len(webhook.posted)
        work()
        times += [clock.now()] * (len(webhook.posted) - before)
        clock.advance(timedelta(seconds=1))
    assert [(later - earlier).total_seconds() for earlier, later in pairwise(times)] == [10.0] * 4
    assert {each.status for each in session.scalars(select(Lead))} == {LeadStatus.DELIVERED}


def test_a_slow_partner_takes_no_more_workers_than_it_may(
    session: Session, add: Add, ask: Any, begin: Begin, delivery_outside: Outside, clock: FrozenClock
) -> None:
    """While one post is out, the others come by, are told to wait, and go when it is back."""
    add(Wanted(Channel.JSON_POST, url=URL, config={"fields": FIELDS}, limits=Limits(at_once=2)))
    ask(4)
    ids = list(session.scalars(select(Delivery.id).order_by(Delivery.id)))
    most = 0

    class Slow(FakeWebhook):
        depth = 0

        def post(self, request: WebhookRequest) -> Any:
            nonlocal most
            self.depth += 1
            most = max(most, self.depth)
            if self.depth < 4:
                for each in ids:
                    delivery.attempt(begin, clock, outside, each)
            self.depth -= 1
            return super().post(request)

    slow = Slow()
    outside = Outside(slow, delivery_outside.seal, delivery_outside.links, delivery_outside.retries, lambda: 0.0)
    delivery.attempt(begin, clock, outside, ids[0])
    for each in ids:
        delivery.attempt(begin, clock, outside, each)
    session.expire_all()
    assert most == 2
    assert len(slow.posted) == 4
    assert {each.status for each in session.scalars(select(Lead))} == {LeadStatus.DELIVERED}
