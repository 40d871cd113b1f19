"""What pages call the states of money, invoices and their lines, and how an amount reads."""

from collections.abc import Mapping
from typing import Final

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.charge import EntryKind, InvoiceStatus, MoneyStatus

Look = tuple[str, str]

INVOICE_LOOKS: Final[Mapping[InvoiceStatus, Look]] = {
    InvoiceStatus.OPEN: ("Open", "warm"),
    InvoiceStatus.PAID: ("Paid", "good"),
}
MONEY_LABELS: Final[Mapping[MoneyStatus, str]] = {
    MoneyStatus.NOT_BILLABLE: "Not billed",
    MoneyStatus.ACCRUED: "Owed, on no invoice yet",
    MoneyStatus.INVOICED: "On an invoice",
    MoneyStatus.PAID: "Paid",
    MoneyStatus.CREDITED: "Given back",
}
LINE_LABELS: Final[Mapping[EntryKind, str]] = {
    EntryKind.LEAD_FEE: "Leads",
    EntryKind.FLAT_FEE: "Flat fee",
    EntryKind.CREDIT: "Credits for returned leads",
}
CYCLE_SPANS: Final[Mapping[CycleKind, str]] = {CycleKind.WEEKLY: "this week", CycleKind.MONTHLY: "this month"}


def amount(cents: int, currency: str) -> str:
    """An amount as people read it: 4,500 cents are “$45.00”."""
    sign, whole = ("−" if cents < 0 else ""), abs(cents)
    unit = "$" if currency == "USD" else f"{currency} "
    return f"{sign}{unit}{whole // 100:,}.{whole % 100:02d}"
