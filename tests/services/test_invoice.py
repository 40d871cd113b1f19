"""Invoices: what stands on them stays as it was, and no cell of their files is a formula."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.school import School
from tests.services.billing import BAD, bill, billed_school, close_all
from webapp.domain.cell import unguard
from webapp.domain.charge import EntryKind, MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import Refused
from webapp.domain.links import Links
from webapp.domain.terms import Fee, FeeKind
from webapp.models import (
    BillingCycle,
    LedgerEntry,
)
from webapp.queries.invoice import InvoicedEntry, get_invoice, invoice_entries, lead_money, list_invoices
from webapp.queries.ledger import ledger_faults
from webapp.services import invoice, lead_return, program_group, terms
from webapp.services.invoice_file import write_invoice_file
from webapp.services.price import find_price
from webapp.services.terms import Agreed

__all__ = ["billed_school"]


def test_groups_versions_and_flat_fees_stand_on_the_invoice_as_they_were(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    group = program_group.create(session, clock, school.partner_id, "=Online")
    fees = (Fee(FeeKind.PER_LEAD, 3000), Fee(FeeKind.PER_LEAD, 2000, group), Fee(FeeKind.FLAT_PER_CYCLE, 10_000))
    terms.agree(session, clock, school.partner_id, Agreed(fees), actor="ada", from_day=date(2026, 12, 1))

    def price(at: datetime) -> int | None:
        found = find_price(session, partner_id=school.partner_id, program_id=school.program_id, at=at)
        return found.cents if found else None

    midnight = datetime(2026, 12, 1, 5, tzinfo=UTC)  # in New York
    assert (price(midnight - timedelta(seconds=1)), price(midnight)) == (4500, 3000)
    program_group.put(session, group, [school.program_id])
    assert price(midnight) == 2000
    with pytest.raises(Refused, match="not a program of this partner"):
        program_group.put(session, group, ["nobodys-program"])
    with pytest.raises(Refused, match="Terms have a price"):
        program_group.remove(session, group)

    made = many_leads(session, clock, links, school, 4)
    bill(session, made[0], clock.now())
    clock.at = midnight
    bill(session, made[1], clock.now())
    bill(session, made[2], clock.now())
    asked = lead_return.request(session, clock, made[0], partner_id=school.partner_id, wish=BAD, actor="p")
    assert close_all(session, clock) == 1
    lead_return.approve(session, clock, asked, actor="ada")  # after the invoice: a credit on the next one
    program_group.rename(session, clock, group, "Renamed since")
    clock.at = datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert close_all(session, clock) == 1
    assert close_all(session, clock) == 0
    assert [invoice.close(session, clock, each) for each in session.scalars(select(BillingCycle.id))] == [(), (), ()]

    january, november = list_invoices(session).items
    assert (november.name, november.total_cents, november.starts_on, november.last_day) == (
        "PM-000001", 4500, date(2026, 11, 1), date(2026, 11, 30),
    )  # fmt: skip
    detail = get_invoice(session, january.id, partner_id=school.partner_id)
    assert [(line.kind, line.group_name, line.each_cents, line.count, line.total_cents) for line in detail.lines] == [
        (EntryKind.FLAT_FEE, None, 10_000, 1, 10_000),
        (EntryKind.LEAD_FEE, "=Online", 2000, 2, 4000),
        (EntryKind.CREDIT, None, -4500, 1, -4500),
    ]
    assert (january.name, january.total_cents, detail.credits_cents) == ("PM-000002", 9500, -4500)
    written = StringIO()
    assert write_invoice_file(invoice_entries(session, january.id), written) == 4
    assert "'=Online" in written.getvalue()
    assert ",-45.00,USD," in written.getvalue()

    invoice.pay(session, clock, january.id, actor="ada", reference="wire 7")
    with pytest.raises(Refused, match="written down as paid"):
        invoice.pay(session, clock, january.id, actor="ada", reference="wire 8")
    assert [lead_money(session, each).status for each in made] == [
        MoneyStatus.CREDITED, MoneyStatus.PAID, MoneyStatus.PAID, MoneyStatus.NOT_BILLABLE,
    ]  # fmt: skip
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE invoices SET total_cents = 0"))
    closed = session.scalars(select(BillingCycle.id).where(BillingCycle.closed_at.is_not(None))).first()
    late = insert(LedgerEntry).values(partner_id=school.partner_id, cycle_id=closed, kind=EntryKind.FLAT_FEE)
    with pytest.raises(DBAPIError, match="cycle is closed"), session.begin_nested():
        session.execute(late.values(amount_cents=1, currency="USD", reason="late", at=clock.now()))
    assert ledger_faults(session) == ()


def test_no_cell_of_an_invoices_file_is_a_formula(data_dir: Path) -> None:
    naughty = [*json.loads((data_dir / "blns.json").read_text("utf-8")), "=1+1", "\t=1", "@SUM(A1)", "+1", "-cmd"]
    at = datetime(2026, 11, 22, tzinfo=UTC)
    entries = [InvoicedEntry(at, EntryKind.CREDIT, None, each, each, -1, "USD", each) for each in naughty]
    written = StringIO(newline="")
    assert write_invoice_file(entries, written) == len(naughty)
    written.seek(0)
    rows = list(csv.reader(written))[1:]
    assert len(rows) == len(naughty)
    for row, words in zip(rows, naughty, strict=True):
        assert row[5] == "-0.01"
        assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row)
        assert [unguard(row[place]) for place in (3, 4, 7)] == [words] * 3
