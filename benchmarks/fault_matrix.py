"""A thousand leads for a hostile partner: where they end, that none is lost and none acknowledged twice."""

import random
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.table import opened, print_table
from tests.factories.fault_matrix import lead_states, open_leads, promises, try_until_still
from tests.factories.hostile_partner import Fault, HostilePartner
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DELIVERY_RETRY_SECONDS, LEASE_SECONDS, AttemptOutcome, DeliveryStatus, retry_policy
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.embedded import running_servers
from webapp.gateways.http_webhook import HttpWebhook
from webapp.gateways.sealing import Seal
from webapp.models import Attempt
from webapp.server_address import with_driver
from webapp.services.handover import Outside
from webapp.upgrade import upgrade_database

SECRET = "a secret for benchmarks, long enough"
WORKERS, TIME_OUT, STUDENTS = 12, 0.5, 31
KINDS = [(fault, spoiled) for fault in Fault for spoiled in (None, 1, 3)]
"""Eleven faults that never stop, stop after one try, stop after three: 33 schools, 31 students, 1,023 leads."""
LATE = timedelta(minutes=1)
STILL = (LeadStatus.DELIVERED, LeadStatus.FAILED)
Kind = tuple[Fault, int | None]


def main() -> None:
    clock = FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    links, seal = Links("https://match.example", SECRET), Seal(SECRET)
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        engine = create_engine(with_driver(servers.database_url), pool_size=WORKERS + 2)
        begin = sessionmaker(engine, expire_on_commit=False).begin
        partner = HostilePartner(clock, Path(folder))
        client = HttpWebhook(timeout=TIME_OUT, allow_loopback=True, resolve=partner.resolve)
        retries = retry_policy(LEASE_SECONDS, DELIVERY_RETRY_SECONDS)
        outside = Outside(client, seal, links, retries, random.Random(1).random)
        met = open_leads(begin, clock, links, seal, partner, KINDS, STUDENTS)
        began, opened_at = time.perf_counter(), clock.now()
        try_until_still(begin, clock, outside, WORKERS, late=LATE)
        took = time.perf_counter() - began
        with begin() as session:
            report(session, partner, met)
        days = (clock.now() - opened_at).total_seconds() / 86_400
        print(f"{took:.0f} s of work for {days:.1f} days of a partner's trouble, {WORKERS} workers.")
        partner.close()
        engine.dispose()


def report(session: Session, partner: HostilePartner, met: dict[UUID, Kind]) -> None:
    """Print where the leads ended, and refuse a run that broke a promise."""
    states = lead_states(session)
    tries, accepted = _tries(session), _tries(session, AttemptOutcome.ACCEPTED)
    ends: dict[Kind, Counter[str]] = defaultdict(Counter)
    made: Counter[Kind] = Counter()
    for delivery_id, (partner_id, status, reason, _, _) in states.items():
        ends[met[partner_id]][f"{status}: {reason}"] += 1
        made[met[partner_id]] += tries[delivery_id]
    rows = [
        [fault, "for good" if spoiled is None else f"{spoiled} tries", str(sum(ends[fault, spoiled].values())),
         str(made[fault, spoiled]), ", ".join(f"{n} {end}" for end, n in sorted(ends[fault, spoiled].items()))]
        for fault, spoiled in KINDS
    ]  # fmt: skip
    print_table(f"{len(states):,} leads for a hostile partner", ["fault", "lasts", "leads", "tries", "ended as"], rows)
    lost = [state for state in states.values() if state[1] not in STILL or not state[2]]
    has_it = {state[4] for state in states.values() if state[3] is DeliveryStatus.DELIVERED}
    twice = [webhook_id for webhook_id, times in partner.acknowledged.items() if times > 1]
    twice_here = [delivery_id for delivery_id, times in accepted.items() if times > 1]
    silent = [webhook_id for webhook_id in partner.acknowledged if webhook_id not in has_it]
    print(
        f"lost {len(lost)}; acknowledged twice by the partner {len(twice)}, by us {len(twice_here)}; "
        f"acknowledged and not delivered here {len(silent)}; badly signed {partner.badly_signed}; "
        f"{sum(tries.values()):,} tries, {len(has_it):,} delivered"
    )
    wrong = [
        state
        for state in states.values()
        if met[state[0]][1] is None and state[1] != promises()[met[state[0]][0]].in_the_end
    ]
    assert [lost, twice, twice_here, silent, wrong, partner.badly_signed] == [[], [], [], [], [], 0]
    print(f"every lead whose trouble never stopped ended where docs/deliveries.md says ({len(Fault)} rows)")


def _tries(session: Session, outcome: AttemptOutcome | None = None) -> Counter[UUID]:
    """How often each delivery was tried, or with what outcome."""
    statement = select(Attempt.delivery_id, func.count()).where(Attempt.delivery_id.is_not(None))
    if outcome is not None:
        statement = statement.where(Attempt.outcome == outcome)
    rows = session.execute(statement.group_by(Attempt.delivery_id))
    return Counter({delivery_id: number for delivery_id, number in rows if delivery_id is not None})


if __name__ == "__main__":
    main()
