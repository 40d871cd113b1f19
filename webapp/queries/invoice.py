"""Invoices: the list, one with its lines, the leads on it, and the cycles that wait to be closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.charge import EntryKind, InvoiceStatus, MoneyStatus, invoice_name
from webapp.domain.errors import NotFound
from webapp.models import BillingCycle, Invoice, Lead, LeadCharge, LedgerEntry, Partner
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(Invoice.issued_at, Invoice.id)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of the list. One whose total is negative is a credit note."""

    id: UUID
    number: int
    partner_id: UUID
    partner: str
    legal_name: str
    time_zone: str
    kind: CycleKind
    starts_on: date
    ends_at: datetime
    currency: str
    total_cents: int
    status: InvoiceStatus
    issued_at: datetime
    paid_at: datetime | None

    @property
    def name(self) -> str:
        return invoice_name(self.number)

    @property
    def last_day(self) -> date:
        """The last day of the cycle, in the partner's calendar."""
        return (self.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def is_credit_note(self) -> bool:
        return self.total_cents < 0


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Entries of one kind, group and price together. `each_cents` times `count` is `total_cents`."""

    kind: EntryKind
    group_name: str | None
    each_cents: int
    count: int
    total_cents: int


@dataclass(frozen=True, slots=True)
class InvoiceDetail:
    """One invoice. The lines' totals add up to `row.total_cents`."""

    row: InvoiceRow
    lines: tuple[InvoiceLine, ...]
    fees_cents: int
    credits_cents: int
    paid_by: str | None
    payment_reference: str | None


@dataclass(frozen=True, slots=True)
class InvoicedEntry:
    """One entry of an invoice, for its file. No personal data: the partner knows the lead by its id."""

    at: datetime
    kind: EntryKind
    lead_id: UUID | None
    program_id: str | None
    group_name: str | None
    amount_cents: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeadMoney:
    """What one lead costs and where that stands. `invoice` is the name of the one it is on."""

    status: MoneyStatus
    price_cents: int | None = None
    currency: str | None = None
    group_name: str | None = None
    invoice: str | None = None


def list_invoices(
    session: Session,
    *,
    partner_id: UUID | None = None,
    status: InvoiceStatus | None = None,
    cursor: str | None = None,
) -> Page[InvoiceRow]:
    """Invoices, the newest first; of one partner or one status, where named."""
    statement = _rows()
    if partner_id is not None:
        statement = statement.where(Invoice.partner_id == partner_id)
    if status is not None:
        statement = statement.where(Invoice.status == status)
    return read_page(session, statement, _ORDER, lambda row: InvoiceRow(*row[:14]), cursor=cursor)


def get_invoice(session: Session, invoice_id: UUID, *, partner_id: UUID | None = None) -> InvoiceDetail:
    """One invoice with its lines. NotFound when there is none, or it is not `partner_id`'s."""
    row = session.execute(_rows().where(Invoice.id == invoice_id)).first()
    if row is None or partner_id not in (None, row.partner_id):
        raise NotFound("There is no such invoice.")
    invoice = session.get_one(Invoice, invoice_id)
    lines = _lines(session, invoice)
    return InvoiceDetail(
        row=InvoiceRow(*row),
        lines=lines,
        fees_cents=sum(line.total_cents for line in lines if line.kind is not EntryKind.CREDIT),
        credits_cents=sum(line.total_cents for line in lines if line.kind is EntryKind.CREDIT),
        paid_by=invoice.paid_by,
        payment_reference=invoice.payment_reference,
    )


def invoice_entries(session: Session, invoice_id: UUID) -> Iterator[InvoicedEntry]:
    """Every entry of an invoice, oldest first, a thousand in memory at most."""
    rows = session.execute(
        select(
            LedgerEntry.at,
            LedgerEntry.kind,
            LedgerEntry.lead_id,
            Lead.program_id,
            LedgerEntry.group_name,
            LedgerEntry.amount_cents,
            LedgerEntry.currency,
            LedgerEntry.reason,
        )
        .join(Invoice, (Invoice.cycle_id == LedgerEntry.cycle_id) & (Invoice.currency == LedgerEntry.currency))
        .outerjoin(Lead, Lead.id == LedgerEntry.lead_id)
        .where(Invoice.id == invoice_id)
        .order_by(LedgerEntry.at, LedgerEntry.id),
        execution_options={"yield_per": _BATCH},
    )
    return (InvoicedEntry(*row) for row in rows)


def lead_money(session: Session, lead_id: UUID) -> LeadMoney:
    """Where the money of a lead stands. One without a charge, such as a test lead, is not billable."""
    row = session.execute(
        select(LeadCharge.status, LeadCharge.price_cents, LeadCharge.currency, LeadCharge.group_name, Invoice.number)
        .outerjoin(Invoice, (Invoice.cycle_id == LeadCharge.cycle_id) & (Invoice.currency == LeadCharge.currency))
        .where(LeadCharge.lead_id == lead_id)
    ).first()
    if row is None:
        return LeadMoney(MoneyStatus.NOT_BILLABLE)
    return LeadMoney(*row[:4], invoice_name(row.number) if row.number is not None else None)


def due_cycles(session: Session, now: datetime) -> tuple[UUID, ...]:
    """Cycles that are over and not closed, the oldest first."""
    return tuple(
        session.scalars(
            select(BillingCycle.id)
            .where(BillingCycle.closed_at.is_(None), BillingCycle.ends_at <= now)
            .order_by(BillingCycle.ends_at, BillingCycle.id)
        )
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Invoice.id,
            Invoice.number,
            Invoice.partner_id,
            Partner.display_name,
            Invoice.legal_name,
            Partner.time_zone,
            BillingCycle.kind,
            BillingCycle.starts_on,
            BillingCycle.ends_at,
            Invoice.currency,
            Invoice.total_cents,
            Invoice.status,
            Invoice.issued_at,
            Invoice.paid_at,
        )
        .join(BillingCycle, BillingCycle.id == Invoice.cycle_id)
        .join(Partner, Partner.id == Invoice.partner_id)
    )


def _lines(session: Session, invoice: Invoice) -> tuple[InvoiceLine, ...]:
    entry = LedgerEntry
    rows = session.execute(
        select(entry.kind, entry.group_name, entry.amount_cents, func.count(), func.sum(entry.amount_cents))
        .where(entry.cycle_id == invoice.cycle_id, entry.currency == invoice.currency)
        .group_by(entry.kind, entry.group_name, entry.amount_cents)
    ).all()
    order = {kind: place for place, kind in enumerate((EntryKind.FLAT_FEE, EntryKind.LEAD_FEE, EntryKind.CREDIT))}
    lines = (InvoiceLine(kind, group, each, count, int(total)) for kind, group, each, count, total in rows)
    return tuple(sorted(lines, key=lambda line: (order[line.kind], line.group_name or "", line.each_cents)))
