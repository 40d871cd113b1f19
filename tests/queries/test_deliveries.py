"""Deliveries of one partner are the same however they are found."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.lead import fail_delivery
from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.models import Lead
from webapp.queries.deliveries import DeliveryFilter, list_deliveries

SECRET = "a secret for tests that is long enough"
CLOCK = FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC))


def test_a_partner_with_many_leads_sees_those_a_partner_with_few_would(session: Session) -> None:
    schools = [make_school(session, Seal(SECRET), name=name) for name in ("Larkspur", "Juniper")]
    for _ in range(3):
        submit_request(session, CLOCK, Links("https://match.example", SECRET), schools)
    session.flush()
    mine = schools[0].partner_id
    leads = session.scalars(select(Lead.id).where(Lead.partner_id == mine)).all()
    fail_delivery(session, leads[0], at=CLOCK.now())
    for wanted in (DeliveryFilter(partner_id=mine), DeliveryFilter(DeliveryStatus.FAILED, mine)):
        gathered = list_deliveries(session, wanted, cursor=None)
        walked = list_deliveries(session, wanted, cursor=None, many=3)
        assert walked == gathered
        assert {row.lead_id for row in gathered.items} <= set(leads)
    assert [row.lead_id for row in gathered.items] == [leads[0]]
