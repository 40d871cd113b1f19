"""The ledger: cycles, entries that are never changed, and the invoices that are made of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.charge import EntryKind, InvoiceStatus, MoneyStatus
from webapp.models.base import Base, Id, status_of


class BillingCycle(Base):
    """One week or month of one partner. Once it is closed, a trigger lets no entry into it."""

    __tablename__ = "billing_cycles"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    kind: Mapped[CycleKind] = mapped_column(status_of(CycleKind))
    starts_on: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("partner_id", "kind", "starts_on"),
        Index("ix_billing_cycles_ends_at", "ends_at", postgresql_where="closed_at IS NULL"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )


class LedgerEntry(Base):
    """One amount that a partner owes, or that is given back. Append-only; a trigger refuses edits.

    A lead is billed once and credited once at most, however often it is handed over again. The name of the group is
    as it was then, so that an invoice reads the same for good.
    """

    __tablename__ = "ledger_entries"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("billing_cycles.id"))
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"))
    fee_id: Mapped[UUID | None] = mapped_column(ForeignKey("fees.id"))
    kind: Mapped[EntryKind] = mapped_column(status_of(EntryKind))
    amount_cents: Mapped[int]
    currency: Mapped[str]
    group_name: Mapped[str | None]
    reason: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_ledger_entries_cycle_id", "cycle_id"),
        Index("ix_ledger_entries_partner_id_at", "partner_id", "at"),
        Index("uq_ledger_entries_lead_id_kind", "lead_id", "kind", unique=True, postgresql_where="lead_id IS NOT NULL"),
        Index(
            "uq_ledger_entries_cycle_id_fee_id",
            "cycle_id",
            "fee_id",
            unique=True,
            postgresql_where="kind = 'flat_fee'",
        ),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso4217"),
        CheckConstraint(
            "(kind = 'credit' AND amount_cents <= 0) OR (kind <> 'credit' AND amount_cents >= 0)", name="sign"
        ),
        CheckConstraint("(kind = 'flat_fee') = (lead_id IS NULL)", name="about_a_lead"),
    )


class InvoiceNumber(Base):
    """The one row that holds the last number given. Its lock is what keeps the sequence without gaps."""

    __tablename__ = "invoice_numbers"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Invoice(Base):
    """What one partner owes for one cycle in one currency: the entries of that cycle, which can be no more."""

    __tablename__ = "invoices"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("billing_cycles.id"))
    currency: Mapped[str]
    total_cents: Mapped[int]
    legal_name: Mapped[str]
    status: Mapped[InvoiceStatus] = mapped_column(status_of(InvoiceStatus))
    issued_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    paid_by: Mapped[str | None]
    payment_reference: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("cycle_id", "currency"),
        Index("ix_invoices_partner_id_number", "partner_id", "number"),
        Index("ix_invoices_issued_at_id", "issued_at", "id"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso4217"),
        CheckConstraint("number > 0", name="number_positive"),
    )


class LeadCharge(Base):
    """What a lead costs, fixed when its place was reserved, and where that money stands. Test leads have none.

    A later change of the terms does not touch it. `cycle_id` is the cycle it was billed in.
    """

    __tablename__ = "lead_charges"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    status: Mapped[MoneyStatus] = mapped_column(status_of(MoneyStatus))
    price_cents: Mapped[int]
    currency: Mapped[str]
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_groups.id", ondelete="SET NULL"), index=True)
    group_name: Mapped[str | None]
    cycle_id: Mapped[UUID | None] = mapped_column(ForeignKey("billing_cycles.id"), index=True)
    fixed_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso4217"),
        CheckConstraint(text("status <> 'accrued' OR cycle_id IS NOT NULL"), name="accrued_in_a_cycle"),
    )
