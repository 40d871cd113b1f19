"""The ledger in sums: what each partner owes for each cycle, and whether everything agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.charge import EntryKind, InvoiceStatus, MoneyStatus, invoice_name
from webapp.models import BillingCycle, Invoice, Lead, LeadCharge, LedgerEntry, Partner

_BILLED = (MoneyStatus.ACCRUED, MoneyStatus.INVOICED, MoneyStatus.PAID, MoneyStatus.CREDITED)


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One partner, cycle and currency. Amounts are in cents; credits are negative. An open cycle has no invoice yet."""

    partner_id: UUID
    partner: str
    kind: CycleKind
    starts_on: date
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    currency: str
    leads: int
    credits: int
    lead_cents: int
    flat_cents: int
    credit_cents: int
    total_cents: int
    invoice_id: UUID | None
    invoice_number: int | None
    invoice_status: InvoiceStatus | None

    @property
    def invoice(self) -> str | None:
        return invoice_name(self.invoice_number) if self.invoice_number is not None else None


def cycle_report(
    session: Session, *, partner_id: UUID | None = None, since: datetime | None = None, limit: int | None = None
) -> tuple[CycleRow, ...]:
    """Sums of the entries by partner, cycle and currency, the newest cycle first; `since`: cycles that end after it."""
    statement = _report()
    if partner_id is not None:
        statement = statement.where(BillingCycle.partner_id == partner_id)
    if since is not None:
        statement = statement.where(BillingCycle.ends_at > since)
    order = (BillingCycle.starts_at.desc(), func.lower(Partner.display_name), Partner.id, BillingCycle.kind)
    rows = session.execute(statement.order_by(*order, LedgerEntry.currency).limit(limit))
    return tuple(CycleRow(*row) for row in rows)


def ledger_faults(session: Session) -> tuple[str, ...]:
    """What does not agree, in words without a student in them; empty when everything does.

    The database refuses each of these where it can; this looks at what is there, whoever wrote it.
    """
    return tuple(_faults(session))


def _report() -> Select[*tuple[Any, ...]]:
    def counted(kind: EntryKind) -> ColumnElement[Any]:
        return func.count(LedgerEntry.id).filter(LedgerEntry.kind == kind)

    def summed(kind: EntryKind) -> ColumnElement[Any]:
        return func.coalesce(func.sum(LedgerEntry.amount_cents).filter(LedgerEntry.kind == kind), 0)

    return (
        select(
            Partner.id,
            Partner.display_name,
            BillingCycle.kind,
            BillingCycle.starts_on,
            BillingCycle.starts_at,
            BillingCycle.ends_at,
            BillingCycle.closed_at,
            LedgerEntry.currency,
            counted(EntryKind.LEAD_FEE),
            counted(EntryKind.CREDIT),
            summed(EntryKind.LEAD_FEE),
            summed(EntryKind.FLAT_FEE),
            summed(EntryKind.CREDIT),
            func.sum(LedgerEntry.amount_cents),
            Invoice.id,
            Invoice.number,
            Invoice.status,
        )
        .join_from(LedgerEntry, BillingCycle, BillingCycle.id == LedgerEntry.cycle_id)
        .join(Partner, Partner.id == BillingCycle.partner_id)
        .outerjoin(Invoice, and_(Invoice.cycle_id == BillingCycle.id, Invoice.currency == LedgerEntry.currency))
        .group_by(Partner.id, BillingCycle.id, LedgerEntry.currency, Invoice.id)
    )


def _faults(session: Session) -> Iterator[str]:
    summed = (
        select(LedgerEntry.cycle_id, LedgerEntry.currency, func.sum(LedgerEntry.amount_cents).label("cents"))
        .group_by(LedgerEntry.cycle_id, LedgerEntry.currency)
        .subquery()
    )
    same = and_(summed.c.cycle_id == Invoice.cycle_id, summed.c.currency == Invoice.currency)
    for number, total, cents in session.execute(
        select(Invoice.number, Invoice.total_cents, summed.c.cents)
        .outerjoin(summed, same)
        .where(Invoice.total_cents.is_distinct_from(summed.c.cents))
    ):
        yield f"Invoice {invoice_name(number)} says {total}, its entries say {cents}."
    for cycle_id, currency, cents in session.execute(
        select(summed.c.cycle_id, summed.c.currency, summed.c.cents)
        .join(BillingCycle, BillingCycle.id == summed.c.cycle_id)
        .outerjoin(Invoice, same)
        .where(BillingCycle.closed_at.is_not(None), Invoice.id.is_(None))
    ):
        yield f"Cycle {cycle_id} is closed with {cents} {currency} on no invoice."
    highest, count = session.execute(select(func.coalesce(func.max(Invoice.number), 0), func.count(Invoice.id))).one()
    if highest != count:
        yield f"The last invoice is number {highest}, but there are {count}."
    yield from _charge_faults(session)


def _charge_faults(session: Session) -> Iterator[str]:
    fees, back = (
        select(
            LedgerEntry.lead_id,
            func.count(LedgerEntry.id).label("times"),
            func.sum(LedgerEntry.amount_cents).label("cents"),
        )
        .where(LedgerEntry.kind == kind)
        .group_by(LedgerEntry.lead_id)
        .subquery()
        for kind in (EntryKind.LEAD_FEE, EntryKind.CREDIT)
    )
    billed = LeadCharge.status.in_(_BILLED)
    credited = LeadCharge.status == MoneyStatus.CREDITED
    wrong = or_(
        billed.is_distinct_from(func.coalesce(fees.c.times, 0) == 1),
        credited.is_distinct_from(func.coalesce(back.c.times, 0) == 1),
        and_(fees.c.cents.is_not(None), fees.c.cents != LeadCharge.price_cents),
        and_(back.c.cents.is_not(None), back.c.cents != -LeadCharge.price_cents),
    )
    for lead_id, status in session.execute(
        select(LeadCharge.lead_id, LeadCharge.status)
        .outerjoin(fees, fees.c.lead_id == LeadCharge.lead_id)
        .outerjoin(back, back.c.lead_id == LeadCharge.lead_id)
        .where(wrong)
    ):
        yield f"Lead {lead_id} is {status}, which its entries do not say."
    for stray in session.scalars(
        select(LedgerEntry.lead_id)
        .join(Lead, Lead.id == LedgerEntry.lead_id)
        .outerjoin(LeadCharge, LeadCharge.lead_id == LedgerEntry.lead_id)
        .where(or_(LeadCharge.lead_id.is_(None), ~Lead.counts))
        .distinct()
    ):
        yield f"Lead {stray} has entries, and should have none."
