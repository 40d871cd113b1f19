"""Turns on a real database: however many workers come, a partner's system gets no more at once than it may."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import create_engine, select, update

from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.webhook import WebhookAnswer, WebhookRequest
from webapp.models import Attempt, Delivery, PartnerEndpoint
from webapp.services import delivery

AT_ONCE, STUDENTS, WORKERS = 2, 12, 8


class Slow(FakeWebhook):
    """Answers after a moment, and knows how many it had to answer at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most = self._now = 0
        self._counting = threading.Lock()

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        with self._counting:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.1)
        with self._counting:
            self._now -= 1
        return super().post(request)


def test_workers_take_turns_and_whoever_comes_back_wakes_the_next(fresh_database_url: str) -> None:
    engine, slow = create_engine(fresh_database_url, pool_size=WORKERS + 2), Slow()
    stage = Stage(engine, FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC)), slow, FakeMail())
    [school] = stage.schools("Larkspur")
    with stage.begin() as session:
        session.execute(update(PartnerEndpoint).values(at_once=AT_ONCE))
    stored = [stage.request([school], email=f"s{number}@student.example") for number in range(STUDENTS)]
    stage.clock.advance(timedelta(minutes=10))
    for each in stored:
        for lead_id in stage.leads(each):
            stage.release(lead_id)

    def try_all(ids: list[UUID]) -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda each: delivery.attempt(stage.begin, stage.clock, stage.outside, each), ids))

    # The clock stands still: nobody's waiting time runs out, so all that moves was woken.
    while due := [
        row.id
        for row in stage.all(Delivery)
        if row.status is DeliveryStatus.PENDING and row.due_at is not None and row.due_at <= stage.clock.now()
    ]:
        try_all(due)
    with stage.begin() as session:
        statuses = list(session.scalars(select(Delivery.status)))
        tries = list(session.scalars(select(Attempt.number).where(Attempt.delivery_id.is_not(None))))
    engine.dispose()
    capped = 9  # the stage's daily cap holds the rest
    assert slow.most <= AT_ONCE
    assert [status for status in statuses if status is not DeliveryStatus.WAITING] == [
        DeliveryStatus.DELIVERED
    ] * capped
    assert tries == [1] * capped  # waiting uses up no try
