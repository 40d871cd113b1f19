"""The file of an invoice: one line for each entry, that no spreadsheet runs as a formula."""

import csv
from collections.abc import Iterable
from typing import TextIO

from webapp.domain.cell import guard
from webapp.queries.invoice import InvoicedEntry

COLUMNS = ("at", "kind", "lead_id", "program_id", "group", "amount", "currency", "reason")


def write_invoice_file(entries: Iterable[InvoicedEntry], stream: TextIO) -> int:
    """Write entries as CSV, times in UTC and amounts with two decimals; how many."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for entry in entries:
        cells = (
            entry.at.isoformat(),
            entry.kind,
            str(entry.lead_id or ""),
            entry.program_id or "",
            entry.group_name or "",
            amount(entry.amount_cents),
            entry.currency,
            entry.reason,
        )
        writer.writerow([guard(cell) for cell in cells])
        written += 1
    return written


def amount(cents: int) -> str:
    """Cents as a plain decimal number: -4500 is “-45.00”."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
