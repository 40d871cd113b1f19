"""Every way a partner's system can go wrong, once for good and once for a while: leads end where the paper says."""

from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

from tests.factories.fault_matrix import lead_states, open_leads, promises, try_all_due, try_until_still
from tests.factories.hostile_partner import Fault, HostilePartner
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, retry_policy
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.gateways.http_webhook import HttpWebhook
from webapp.gateways.sealing import Seal
from webapp.models import Attempt, Delivery, Lead
from webapp.services.handover import Outside

TIME_OUT = 0.4
KINDS = [(fault, spoiled) for fault in Fault for spoiled in (None, 1)]


def test_every_lead_ends_where_the_paper_says(
    fresh_database_url: str, clock: FrozenClock, links: Links, seal: Seal, tmp_path: Path
) -> None:
    told = promises()
    assert set(told) == set(Fault)
    engine = create_engine(fresh_database_url, pool_size=8)
    begin = sessionmaker(engine, expire_on_commit=False).begin
    partner = HostilePartner(clock, tmp_path)
    client = HttpWebhook(timeout=TIME_OUT, allow_loopback=True, resolve=partner.resolve)
    outside = Outside(client, seal, links, retry_policy(60, (60, 300)), lambda: 0.0)
    try:
        met = open_leads(begin, clock, links, seal, partner, KINDS)
        assert try_all_due(begin, clock, outside, 6) == len(KINDS)
        with begin() as session:
            first = {
                met[row[0]]: row[1:]
                for row in session.execute(
                    select(Lead.partner_id, Attempt.outcome, Delivery.status)
                    .join(Delivery, Delivery.lead_id == Lead.id)
                    .join(Attempt, Attempt.delivery_id == Delivery.id)
                )
            }
            after_one = {met[row[0]]: row[1:4] for row in lead_states(session).values()}
        try_until_still(begin, clock, outside, 6)
        with begin() as session:
            ended = {met[row[0]]: row[1:] for row in lead_states(session).values()}
            acknowledged = session.execute(
                select(Attempt.delivery_id, func.count())
                .where(Attempt.outcome == AttemptOutcome.ACCEPTED)
                .group_by(Attempt.delivery_id)
            ).all()
    finally:
        partner.close()
        engine.dispose()
    for fault, promise in told.items():
        if fault is not Fault.NAME_MOVES_INSIDE:  # whose name leads to the right place at first
            assert first[(fault, None)] == (promise.attempt, promise.delivery), fault
            assert after_one[(fault, None)][0] == promise.lead, fault
        assert ended[(fault, None)][0] == promise.in_the_end, fault
        passes = LeadStatus.FAILED if promise.attempt is AttemptOutcome.PERMANENT else LeadStatus.DELIVERED
        assert fault is Fault.TLS_UNTRUSTED or ended[(fault, 1)][0] == passes, fault
    assert ended[(Fault.RESET_MID_BODY, 1)][1] == "accepted_earlier"
    assert partner.badly_signed == 0
    assert set(partner.acknowledged.values()) == {1}
    assert {count for _, count in acknowledged} == {1}
