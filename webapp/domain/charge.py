"""A charge: what one lead costs its partner, and where that money stands. Entries of the ledger."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class MoneyStatus(StrEnum):
    NOT_BILLABLE = "not_billable"
    ACCRUED = "accrued"  # owed, on no invoice yet
    INVOICED = "invoiced"
    PAID = "paid"
    CREDITED = "credited"  # given back


S = MoneyStatus
MONEY_LIFECYCLE: Final = Lifecycle[MoneyStatus](
    "charge",
    {
        S.NOT_BILLABLE: frozenset({S.ACCRUED}),
        S.ACCRUED: frozenset({S.INVOICED, S.CREDITED}),
        S.INVOICED: frozenset({S.PAID, S.CREDITED}),
        S.PAID: frozenset({S.CREDITED}),
        S.CREDITED: frozenset(),
    },
)


class EntryKind(StrEnum):
    """What an entry of the ledger says. Credits are negative, fees are not."""

    LEAD_FEE = "lead_fee"
    FLAT_FEE = "flat_fee"
    CREDIT = "credit"


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"


INVOICE_LIFECYCLE: Final = Lifecycle[InvoiceStatus](
    "invoice", {InvoiceStatus.OPEN: frozenset({InvoiceStatus.PAID}), InvoiceStatus.PAID: frozenset()}
)


def invoice_name(number: int) -> str:
    """How people call the invoice of that number."""
    return f"PM-{number:06d}"
