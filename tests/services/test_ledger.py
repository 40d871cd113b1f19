"""Money: billed once, given back once, and whatever happens in whatever order, everything agrees to the cent."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories.many_leads import accepted, many_leads
from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.billing_cycle import CycleKind
from webapp.domain.cell import unguard
from webapp.domain.charge import EntryKind, InvoiceStatus, MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason
from webapp.domain.links import Links
from webapp.domain.terms import Fee, FeeKind
from webapp.gateways.fakes import FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import (
    BillingCycle,
    CapCounter,
    Delivery,
    Invoice,
    Lead,
    LeadCharge,
    LeadReturn,
    LedgerEntry,
)
from webapp.queries.invoice import InvoicedEntry, due_cycles, get_invoice, invoice_entries, lead_money, list_invoices
from webapp.queries.lead_return import reason_rates
from webapp.queries.ledger import cycle_report, ledger_faults
from webapp.queries.open_cycle import list_open_cycles
from webapp.queries.performance import performance
from webapp.services import billing_cycle, cap, charge, delivery, invoice, lead, lead_return, program_group, terms
from webapp.services.handover import Outside
from webapp.services.invoice_file import write_invoice_file
from webapp.services.lead_return import Wish
from webapp.services.price import find_price
from webapp.services.terms import Agreed
from webapp.services.transaction import Begin

BAD = Wish(ReturnReason.BAD_CONTACT)


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, daily_cap=50, monthly_cap=500, price_cents=4500)


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    """What happens inside did not happen."""
    with session.begin_nested() as savepoint:
        yield
        savepoint.rollback()
    session.expire_all()


def bill(session: Session, lead_id: UUID, at: datetime) -> bool:
    return charge.accrue(session, accepted(session, lead_id, at), at=at)


def close_all(session: Session, clock: FrozenClock) -> int:
    billing_cycle.prepare(session, clock.now())
    return sum(len(invoice.close(session, clock, each)) for each in due_cycles(session, clock.now()))


def per_lead(cents: int, **more: object) -> Agreed:
    return Agreed((Fee(FeeKind.PER_LEAD, cents),), **more)  # type: ignore[arg-type]  # the tests' own shorthand


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


def test_an_approved_return_gives_money_and_place_back_and_a_denied_one_does_not(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    first, second, third = many_leads(session, clock, links, school, 3)
    for each in (first, second, third):
        from_cap = session.get_one(Lead, each, with_for_update=True)
        cap.reserve(session, from_cap, clock.now())
        bill(session, each, clock.now())
    wanted = Wish(ReturnReason.DUPLICATE, "We had her in May.", date(2026, 5, 4))
    approved = lead_return.request(
        session, clock, first, partner_id=school.partner_id, wish=wanted, actor="partner: lee"
    )
    denied = lead_return.request(session, clock, second, partner_id=school.partner_id, wish=BAD, actor="partner: lee")
    with pytest.raises(Refused, match="asked for before"):
        lead_return.request(session, clock, second, partner_id=school.partner_id, wish=BAD, actor="partner: lee")
    with pytest.raises(Refused, match="Say why"):
        lead_return.deny(session, clock, denied, actor="ada", words=" ")
    lead_return.approve(session, clock, approved, actor="ada", words="You did.")
    lead_return.deny(session, clock, denied, actor="ada", words="The address works: our mail arrived.")
    complained = lead_return.complain(session, clock, third, words="They called at night.")

    assert [lead_money(session, each).status for each in (first, second, third)] == [
        MoneyStatus.CREDITED,
        MoneyStatus.ACCRUED,
        MoneyStatus.CREDITED,
    ]
    assert set(session.scalars(select(CapCounter.used))) == {1}
    found = session.get_one(LeadReturn, denied)
    assert (found.decided_by, found.decision_words) == ("ada", "The address works: our mail arrived.")
    for decide in (lead_return.approve, lead_return.deny):
        with pytest.raises(Refused, match="It was approved"):
            decide(session, clock, complained, actor="ada", words="Again.")
    rates = {each.reason: (each.requested, each.approved, each.denied) for each in reason_rates(session)}
    assert rates == {
        ReturnReason.BAD_CONTACT: (1, 0, 1),
        ReturnReason.DUPLICATE: (1, 1, 0),
        ReturnReason.STUDENT_COMPLAINT: (1, 1, 0),
    }
    assert ledger_faults(session) == ()


def test_returns_keep_to_the_window_the_list_and_the_share_of_the_terms(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    agreed = per_lead(4500, return_days=7, return_percent=20, auto_returns=frozenset({ReturnReason.WRONG_PERSON}))
    terms.agree(session, clock, school.partner_id, agreed, actor="ada")
    made = many_leads(session, clock, links, school, 10)
    for each in made[:9]:
        bill(session, each, clock.now())

    def ask(number: int, wish: Wish) -> UUID:
        return lead_return.request(session, clock, made[number], partner_id=school.partner_id, wish=wish, actor="p")

    for number, wish, words in (
        (9, BAD, "not delivered"),
        (0, Wish(ReturnReason.OTHER), "Say what is wrong"),
        (0, Wish(ReturnReason.DUPLICATE), "needs the day"),
        (0, Wish(ReturnReason.DUPLICATE, duplicate_on=date(2027, 1, 1)), "after the lead came"),
        (0, Wish(ReturnReason.BAD_CONTACT, duplicate_on=date(2026, 1, 1)), "nothing else"),
        (0, Wish(ReturnReason.STUDENT_COMPLAINT), "Only the student"),
    ):
        with pytest.raises(Refused, match=words):
            ask(number, wish)
    ask(0, Wish(ReturnReason.WRONG_PERSON))  # the terms say that this one needs no decision
    assert lead_money(session, made[0]).status is MoneyStatus.CREDITED
    with pytest.raises(Refused, match="20% of a cycle's leads: 1 of 9"):
        ask(1, BAD)
    lead_return.complain(session, clock, made[2])  # the student's word is above the share
    clock.advance(timedelta(days=7, seconds=1))
    with pytest.raises(Refused, match="until 2026-11-29 15:00 UTC"):
        ask(3, BAD)


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


@pytest.mark.parametrize(
    ("zone", "inside", "after"),
    [
        # New York goes back to standard time on 1 November 2026 and forward on 14 March 2027.
        ("America/New_York", "2026-11-01T04:30:00+00:00", "2026-12-01T05:00:00+00:00"),
        ("America/New_York", "2027-03-01T05:00:00+00:00", "2027-04-01T04:00:00+00:00"),
        ("Pacific/Auckland", "2026-10-31T11:00:00+00:00", "2026-11-30T11:00:00+00:00"),
        ("Africa/Cairo", "2026-04-23T22:00:00+00:00", "2026-04-30T21:00:00+00:00"),
    ],
)
def test_the_partners_own_calendar_decides_the_edge_of_a_cycle(zone: str, inside: str, after: str) -> None:
    first, edge = datetime.fromisoformat(inside), datetime.fromisoformat(after)
    period = CycleKind.MONTHLY.period(first, ZoneInfo(zone))
    assert period.ends_at == edge
    assert CycleKind.MONTHLY.period(edge - timedelta(microseconds=1), ZoneInfo(zone)) == period
    assert CycleKind.MONTHLY.period(edge, ZoneInfo(zone)).starts_at == edge
    week = CycleKind.WEEKLY.period(first, ZoneInfo(zone))
    assert week.starts_at <= first < week.ends_at
    assert CycleKind.WEEKLY.period(week.ends_at, ZoneInfo(zone)).starts_at == week.ends_at


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


@dataclass
class Model:
    """What a person with a sheet of paper would write down."""

    owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    priced: dict[int, tuple[int, str]] = field(default_factory=dict)
    delivered: dict[int, datetime] = field(default_factory=dict)
    asked: dict[int, UUID] = field(default_factory=dict)
    decided: set[int] = field(default_factory=set)
    credited: set[int] = field(default_factory=set)


ABOUT_LEADS = st.tuples(
    st.sampled_from(["reserve", "accept", "accept", "return", "approve", "deny", "complain"]), st.integers(0, 2)
)
STEPS = st.lists(
    st.one_of(
        ABOUT_LEADS,
        ABOUT_LEADS,
        ABOUT_LEADS,
        st.tuples(st.just("pass"), st.sampled_from([1, 9, 30, 400, 800])),
        st.tuples(st.just("close"), st.just(0)),
        st.tuples(st.just("agree"), st.integers(0, 7)),
    ),
    min_size=25,
    max_size=50,
)


class History:
    """Random steps against the services, and the same ones on paper."""

    def __init__(self, session: Session, clock: FrozenClock, school: School, leads: list[UUID]) -> None:
        self.session, self.clock, self.school, self.leads, self.paper = session, clock, school, leads, Model()
        self.price = (4500, "USD")

    def take(self, step: str, value: int) -> None:
        getattr(self, f"_{step}")(value)

    def _reserve(self, number: int) -> None:
        charge.fix(self.session, self.session.get_one(Lead, self.leads[number]), at=self.clock.now())
        if number not in self.paper.delivered:
            self.paper.priced[number] = self.price

    def _accept(self, number: int) -> None:
        """The second time is a replay."""
        is_new = bill(self.session, self.leads[number], self.clock.now())
        assert is_new is (number not in self.paper.delivered)
        if is_new:
            cents, currency = self.paper.priced.setdefault(number, self.price)
            self.paper.delivered[number] = self.clock.now()
            self.paper.owed[currency] += cents

    def _return(self, number: int) -> None:
        came = self.paper.delivered.get(number)
        allowed = came is not None and number not in self.paper.asked and self.clock.now() <= came + timedelta(days=14)
        try:
            made = lead_return.request(
                self.session, self.clock, self.leads[number], partner_id=self.school.partner_id, wish=BAD, actor="p"
            )
        except Refused:
            assert not allowed
        else:
            assert allowed
            self.paper.asked[number] = made

    def _approve(self, number: int) -> None:
        self._decide(number, lead_return.approve, credited=True)

    def _deny(self, number: int) -> None:
        self._decide(number, lead_return.deny, credited=False)

    def _decide(self, number: int, decide: object, *, credited: bool) -> None:
        if number not in self.paper.asked:
            return
        try:
            decide(self.session, self.clock, self.paper.asked[number], actor="ada", words="So.")  # type: ignore[operator]  # one of two functions
        except Refused:
            assert number in self.paper.decided
            return
        assert number not in self.paper.decided
        self.paper.decided.add(number)
        if credited:
            self._credited(number)

    def _complain(self, number: int) -> None:
        if number not in self.paper.delivered:
            return
        made = lead_return.complain(self.session, self.clock, self.leads[number])
        if number not in self.paper.decided:
            self.paper.asked[number] = made
            self.paper.decided.add(number)
            self._credited(number)

    def _credited(self, number: int) -> None:
        cents, currency = self.paper.priced[number]
        self.paper.credited.add(number)
        self.paper.owed[currency] -= cents

    def _pass(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))

    def _close(self, _: int) -> None:
        close_all(self.session, self.clock)

    def _agree(self, kind: int) -> None:
        cents, currency = (2500 + kind, "EUR") if kind == 7 else (1000 * kind, "USD")
        cycle = CycleKind.WEEKLY if kind % 2 else CycleKind.MONTHLY
        terms.agree(
            self.session, self.clock, self.school.partner_id, per_lead(cents, currency=currency, cycle=cycle), actor="a"
        )
        self.price = (cents, currency)

    def agrees(self) -> None:
        """The ledger says what the paper says; and once all is over, so do the invoices."""
        sums = select(LedgerEntry.currency, func.sum(LedgerEntry.amount_cents)).group_by(LedgerEntry.currency)
        entered = {currency: int(cents) for currency, cents in self.session.execute(sums)}
        owed = self.paper.owed
        assert all(entered.get(each, 0) == owed.get(each, 0) for each in {*entered, *owed})
        assert ledger_faults(self.session) == ()
        # What the partner reads as accrued and as invoiced is the whole ledger.
        shown: dict[str, int] = defaultdict(int)
        for cycle in list_open_cycles(self.session, self.school.partner_id, self.clock.now()):
            assert cycle.total_cents == cycle.lead_cents + cycle.flat_cents + cycle.credit_cents
            shown[cycle.currency] += cycle.total_cents
        for made in list_invoices(self.session, partner_id=self.school.partner_id).items:
            shown[made.currency] += made.total_cents
        assert all(entered.get(each, 0) == shown[each] for each in {*entered, *shown})
        self.clock.advance(timedelta(days=70))
        close_all(self.session, self.clock)
        totals = select(Invoice.currency, func.sum(Invoice.total_cents)).group_by(Invoice.currency)
        assert {currency: int(cents) for currency, cents in self.session.execute(totals)} == entered
        reported: dict[str, int] = defaultdict(int)
        for row in cycle_report(self.session):
            assert row.invoice_status is InvoiceStatus.OPEN
            assert row.total_cents == row.lead_cents + row.flat_cents + row.credit_cents
            reported[row.currency] += row.total_cents
        assert dict(reported) == entered
        numbers = self.session.scalars(select(Invoice.number).order_by(Invoice.number)).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))
        for number, lead_id in enumerate(self.leads):
            wanted = MoneyStatus.CREDITED if number in self.paper.credited else MoneyStatus.INVOICED
            billed = number in self.paper.delivered
            assert lead_money(self.session, lead_id).status is (wanted if billed else MoneyStatus.NOT_BILLABLE)
        assert ledger_faults(self.session) == ()


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_reconciles_to_the_cent(
    session: Session, links: Links, seal: Seal, steps: list[tuple[str, int]]
) -> None:
    clock = FrozenClock(datetime(2026, 10, 20, 15, 0, tzinfo=UTC))
    with taken_back(session):
        school = make_school(session, seal, name=f"H{new_id().hex}", price_cents=4500)
        history = History(session, clock, school, many_leads(session, clock, links, school, 3))
        for step, value in steps:
            history.take(step, value)
        history.agrees()
