"""Confirming while workers release the same leads: nothing waits for what was done, and nobody waits for each other."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import create_engine

from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.lead import AWAITING_CONFIRMATION
from webapp.domain.screening import Screening
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.models import Lead
from webapp.services import correction, screening_policy

PAIRS = 6


def test_two_requests_of_one_person_are_confirmed_while_their_leads_are_looked_at(
    fresh_database_url: str, clock: FrozenClock
) -> None:
    engine = create_engine(fresh_database_url, pool_size=10)
    stage = Stage(engine, clock, FakeWebhook(), FakeMail())
    schools = stage.schools("Larkspur", "Foxglove", "Meadowsweet")
    policy = Screening(confirmed_email_only=True, in_flight_holds=False, partner_holds=False)
    with stage.begin() as session:
        for school in schools:
            screening_policy.change(session, clock, school.partner_id, policy, actor="ada@staff.example")
    requests = [stage.request(schools) for _ in range(2 * PAIRS)]
    clock.advance(timedelta(minutes=10))
    errors: list[Exception] = []

    def confirm(prospect_id: UUID) -> None:
        with stage.begin() as session:
            correction.confirm_own_address(session, clock, stage.links.confirmation_token(prospect_id))

    def guarded(act: Callable[[UUID], None], subject: UUID) -> threading.Thread:
        def run() -> None:
            try:
                act(subject)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
                errors.append(error)

        return threading.Thread(target=run)

    for one, other in zip(requests[::2], requests[1::2], strict=True):
        jobs = [guarded(stage.release, lead_id) for each in (one, other) for lead_id in stage.leads(each)]
        jobs[2:2] = [guarded(confirm, each.prospect_id) for each in (one, other)]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join(timeout=30)
    leads = stage.all(Lead)
    engine.dispose()
    assert errors == []
    assert len(leads) == 2 * PAIRS * len(schools)
    assert [each.status for each in leads if each.reason == AWAITING_CONFIRMATION] == []
