"""Whatever happens in whatever order, the ledger agrees to the cent with what a person would write down."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.school import School, make_school
from tests.services.billing import BAD, bill, close_all, per_lead
from webapp.domain.billing_cycle import CycleKind
from webapp.domain.charge import InvoiceStatus, MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.models import (
    Invoice,
    Lead,
    LedgerEntry,
)
from webapp.queries.invoice import lead_money, list_invoices
from webapp.queries.ledger import cycle_report, ledger_faults
from webapp.queries.open_cycle import list_open_cycles
from webapp.services import charge, lead_return, terms


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    """What happens inside did not happen."""
    with session.begin_nested() as savepoint:
        yield
        savepoint.rollback()
    session.expire_all()


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
