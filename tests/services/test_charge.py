"""A lead that is accepted is billed, once; a test lead never is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.request import submit_request
from tests.factories.school import School
from tests.services.billing import BAD, bill, billed_school, close_all, per_lead
from webapp.domain.charge import EntryKind, MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.gateways.fakes import FakeWebhook
from webapp.models import (
    CapCounter,
    Delivery,
    Lead,
    LeadCharge,
    LedgerEntry,
)
from webapp.queries.invoice import get_invoice, lead_money, list_invoices
from webapp.queries.lead_return import reason_rates
from webapp.queries.ledger import cycle_report
from webapp.queries.performance import performance
from webapp.services import billing_cycle, cap, charge, delivery, lead, lead_return, terms
from webapp.services.handover import Outside
from webapp.services.transaction import Begin

__all__ = ["billed_school"]


def test_what_is_accepted_is_billed_once_in_the_transaction_that_says_so(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    links: Links,
    school: School,
    webhook: FakeWebhook,
    delivery_outside: Outside,
) -> None:
    submit_request(session, clock, links, [school])
    clock.advance(timedelta(minutes=10))
    (lead_id,) = session.scalars(select(Lead.id)).all()
    lead.release(session, clock, lead_id)
    terms.agree(session, clock, school.partner_id, per_lead(9900), actor="ada@staff.example")
    (delivery_id,) = session.scalars(select(Delivery.id)).all()
    for _ in range(2):
        delivery.attempt(begin, clock, delivery_outside, delivery_id)

    (entry,) = session.scalars(select(LedgerEntry)).all()
    # The price was fixed when the place was taken; what was agreed since is for leads to come.
    assert (entry.kind, entry.amount_cents, entry.currency) == (EntryKind.LEAD_FEE, 4500, "USD")
    assert lead_money(session, lead_id).status is MoneyStatus.ACCRUED
    again = session.get_one(Lead, lead_id)
    assert not charge.accrue(session, again, at=clock.now())
    with pytest.raises(DBAPIError, match="uq_ledger_entries_lead_id_kind"), session.begin_nested():
        session.execute(
            insert(LedgerEntry).values(
                partner_id=school.partner_id, cycle_id=entry.cycle_id, lead_id=lead_id, kind=EntryKind.LEAD_FEE,
                amount_cents=4500, currency="USD", reason="again", at=clock.now(),
            )
        )  # fmt: skip
    for change in (update(LedgerEntry).values(amount_cents=1), delete(LedgerEntry)):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change.execution_options(synchronize_session=False))


def reports(session: Session, partner_id: UUID) -> tuple[object, ...]:
    """Everything that somebody could read a number from."""
    session.expire_all()
    return (
        cycle_report(session),
        performance(session),
        reason_rates(session),
        [(each.name, each.total_cents, get_invoice(session, each.id).lines) for each in list_invoices(session).items],
        session.execute(select(CapCounter.cap_id, CapCounter.starts_at, CapCounter.used)).all(),
        session.execute(select(func.count(), func.sum(LedgerEntry.amount_cents)).select_from(LedgerEntry)).one(),
        session.execute(select(func.count()).select_from(LeadCharge)).scalar_one(),
    )


def test_a_thousand_test_leads_change_no_report_no_cap_and_no_invoice(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    real = many_leads(session, clock, links, school, 3)
    for each in real:
        bill(session, each, clock.now())
    lead_return.request(session, clock, real[0], partner_id=school.partner_id, wish=BAD, actor="p")
    clock.at = datetime(2026, 12, 1, 6, tzinfo=UTC)
    close_all(session, clock)
    bill(session, many_leads(session, clock, links, school, 1)[0], clock.now())
    before = reports(session, school.partner_id)
    assert len(cycle_report(session)) == 2

    tests = many_leads(session, clock, links, school, 1000, test=True)
    for test in session.scalars(select(Lead).where(Lead.id.in_(tests))).all():
        assert cap.reserve(session, test, clock.now()) is None
        charge.fix(session, test, at=clock.now())
        test.status, test.delivered_at = LeadStatus.DELIVERED, clock.now()
        assert not charge.accrue(session, test, at=clock.now())
    session.flush()
    for each_id in tests[:20]:
        lead_return.request(session, clock, each_id, partner_id=school.partner_id, wish=BAD, actor="p")
    close_all(session, clock)
    assert reports(session, school.partner_id) == before
    cycle_id = billing_cycle.open_cycle(session, school.partner_id, clock.now())
    sly = insert(LedgerEntry).values(partner_id=school.partner_id, cycle_id=cycle_id, lead_id=tests[0])
    with pytest.raises(DBAPIError, match="a test lead is never billed"), session.begin_nested():
        session.execute(
            sly.values(kind=EntryKind.LEAD_FEE, amount_cents=1, currency="USD", reason="accepted", at=clock.now())
        )
