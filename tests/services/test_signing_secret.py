"""Signing secrets: changed without a gap."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.school import School
from tests.services.methods import Work
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import Refused
from webapp.gateways.fakes import FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.gateways.webhook import WebhookRequest
from webapp.models import Delivery
from webapp.queries.delivery_method import get_method
from webapp.services import redelivery
from webapp.services.signing_secret import end_overlap, rotate_secret


def test_both_secrets_sign_while_they_overlap(
    session: Session, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, seal: Seal, school: School
) -> None:
    new = rotate_secret(session, clock, seal, school.endpoint_id, overlap=timedelta(hours=1))
    with pytest.raises(Refused, match="End that first"):
        rotate_secret(session, clock, seal, school.endpoint_id)
    ask(3)
    first, second, third = session.scalars(select(Delivery.id).order_by(Delivery.id)).all()

    def sent_for(delivery_id: UUID) -> WebhookRequest:
        work()
        return next(each for each in webhook.posted if each.webhook_id == f"msg_{delivery_id.hex}")

    assert sent_for(first).secrets == (new, school.secret)
    end_overlap(session, school.endpoint_id)
    assert rotate_secret(session, clock, seal, school.endpoint_id, overlap=timedelta(hours=1)) != new
    later = get_method(session, school.endpoint_id).former_secret_until
    assert later == clock.now() + timedelta(hours=1)
    session.flush()
    redelivery.redeliver(session, clock, second)
    clock.advance(timedelta(hours=1))
    webhook.posted.clear()
    assert len(sent_for(second).secrets) == 1
    assert third
