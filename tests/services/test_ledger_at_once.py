"""Workers that bill and give back while cycles are closed: nobody waits for ever, nothing is billed twice or lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select

from tests.factories.many_leads import accepted, many_leads
from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.lead_return import ReturnReason
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.models import Invoice, LedgerEntry
from webapp.queries.invoice import due_cycles
from webapp.queries.ledger import ledger_faults
from webapp.services import charge, invoice, lead_return
from webapp.services.lead_return import Wish

END = datetime(2026, 12, 1, 5, tzinfo=UTC)  # of November in New York


@pytest.fixture
def stage(fresh_database_url: str) -> Iterator[Stage]:
    engine = create_engine(fresh_database_url, pool_size=8)
    yield Stage(engine, FrozenClock(END - timedelta(hours=1)), FakeWebhook(), FakeMail())
    engine.dispose()


def test_billing_giving_back_and_closing_at_once(stage: Stage) -> None:
    school = stage.schools("Larkspur")[0]
    with stage.begin() as session:
        leads = many_leads(session, stage.clock, stage.links, school, 60)
    now = FrozenClock(END)

    def bill(number: int) -> None:
        # Half were accepted in the last second of the month, and are written down when it may be closed already.
        at = END - timedelta(seconds=1) if number % 2 else END
        for _ in range(2):
            with stage.begin() as session:
                charge.accrue(session, accepted(session, leads[number], at), at=at)
        if number % 3 == 0:
            with stage.begin() as session:
                wish = Wish(ReturnReason.BAD_CONTACT)
                made = lead_return.request(
                    session, now, leads[number], partner_id=school.partner_id, wish=wish, actor="p"
                )
            with stage.begin() as session:
                lead_return.approve(session, now, made, actor="ada")

    def close(clock: FrozenClock) -> None:
        with stage.begin() as session:
            due = due_cycles(session, clock.now())
        for cycle_id in due:
            with stage.begin() as session:
                invoice.close(session, clock, cycle_id)

    with ThreadPoolExecutor(7) as pool:
        work = []
        for number in range(60):
            work.append(pool.submit(bill, number))
            if number % 4 == 3:
                work.append(pool.submit(close, now))
        for each in work:
            each.result(timeout=60)
    close(FrozenClock(END + timedelta(days=40)))
    close(FrozenClock(END + timedelta(days=80)))
    with stage.begin() as session:
        assert ledger_faults(session) == ()
        entries = session.execute(select(func.count(), func.sum(LedgerEntry.amount_cents)).select_from(LedgerEntry))
        assert tuple(entries.one()) == (80, 40 * 4500)
        assert session.execute(select(func.sum(Invoice.total_cents))).scalar_one() == 40 * 4500
        assert list(session.scalars(select(Invoice.number).order_by(Invoice.number))) == [1, 2]
