"""Sending again: what was delivered counts once, what is too old stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.school import School
from tests.services.methods import Work, mails, the_delivery, the_delivery_of, used
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus, Side
from webapp.domain.errors import Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.message import Template
from webapp.gateways.errors import Permanent
from webapp.gateways.fakes import FakeWebhook, an_answer
from webapp.models import Delivery
from webapp.queries.failed_deliveries import delivered_since
from webapp.services import redelivery
from webapp.services.transaction import Begin


def test_a_delivered_lead_is_handed_over_again_and_counts_once(
    session: Session, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, school: School
) -> None:
    ask()
    delivered = work()
    at, delivery_id = delivered.delivered_at, the_delivery(session).id
    assert delivered_since(session, clock.now()) == [delivery_id]
    clock.advance(timedelta(days=40))  # however old: the partner had it before
    for answer in (an_answer(200), an_answer(409), an_answer(422), Permanent("url_refused")):
        redelivery.redeliver(session, clock, delivery_id)
        with pytest.raises(Refused, match="Only a"):
            redelivery.replay(session, clock, delivery_id)
        webhook.answer_next(answer)
        found = work()
        assert (found.status, found.delivered_at) == (LeadStatus.DELIVERED, at)
        assert the_delivery(session).status is DeliveryStatus.DELIVERED
        assert used(session) == [1]
    assert [dict(each.headers) for each in webhook.posted] == [{}] + [{"X-Redelivery": "true"}] * 4
    assert len({each.webhook_id for each in webhook.posted}) == 1
    assert mails(session, Template.INTRODUCTION_UPDATE) == []
    assert the_delivery(session).reason == "redelivery_failed"


def test_a_replay_of_what_is_too_old_is_refused_in_words(
    session: Session, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, begin: Begin
) -> None:
    webhook.answer_next(Permanent("url_refused"))
    ask(2)
    work()
    fine, old = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert {fine.status, old.status} == {DeliveryStatus.FAILED, DeliveryStatus.DELIVERED}
    [failed] = [each for each in (fine, old) if each.status is DeliveryStatus.FAILED]
    clock.advance(timedelta(days=31))
    done = redelivery.replay_each(begin, clock, [failed.id], by=Side.STAFF)
    assert done.sent == ()
    assert "Its time ran out" in done.refused[0][1]
    assert the_delivery_of(session, failed.id).status is DeliveryStatus.FAILED
