"""An invoice on paper: the same lines and sums as on its page, as a PDF file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from webapp.domain.calendar import day_words
from webapp.domain.charge import EntryKind, InvoiceStatus
from webapp.domain.time_zone import time_zone_label
from webapp.queries.invoice import InvoiceDetail, InvoiceLine
from webapp.services.pdf import HEIGHT, WIDTH, Page, wrapped, written

LEFT, RIGHT, BOTTOM = 56.0, WIDTH - 56.0, 90.0
EACH, COUNT = RIGHT - 150, RIGHT - 95
_WIDEST: Final = EACH - LEFT - 90
_WHAT: Final = {
    EntryKind.LEAD_FEE: "Leads",
    EntryKind.FLAT_FEE: "Flat fee",
    EntryKind.CREDIT: "Credits for returned leads",
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who sends the invoice."""

    name: str
    postal_address: str


def write_invoice_paper(found: InvoiceDetail, issuer: Issuer) -> bytes:
    """The invoice as PDF. It names no student."""
    row = found.row
    title = f"{'Credit note' if row.is_credit_note else 'Invoice'} {row.name}"
    pages = [Page()]
    y = _head(pages[0], found, issuer, title)
    for line in found.lines:
        told = wrapped(_what(line), 10, _WIDEST)
        if y - 14 * len(told) < BOTTOM:
            pages.append(Page())
            y = _columns(pages[-1], HEIGHT - 90)
        y = _line(pages[-1], y, line, told)
    if y < BOTTOM + 70:
        pages.append(Page())
        y = HEIGHT - 90
    _sums(pages[-1], y, found)
    for number, page in enumerate(pages, start=1):
        page.text(LEFT, 44, f"{title}. One line for each lead, by its id: {row.name}.csv", size=8)
        page.text(RIGHT, 44, f"Page {number} of {len(pages)}", size=8, right=True)
    return written(pages, title=title)


def figure(cents: int) -> str:
    """Cents as people read them: -112200 is “-1,122.00”."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _head(page: Page, found: InvoiceDetail, issuer: Issuer, title: str) -> float:
    row, top = found.row, HEIGHT - 64
    page.text(LEFT, top, title, size=20, bold=True)
    y = top - 34
    for place, (name, words) in enumerate((("From", issuer.name), ("", issuer.postal_address), ("To", row.legal_name))):
        page.text(LEFT, y - 4 if place == 2 else y, name, size=9, bold=True)
        for line in wrapped(words, 10, RIGHT - LEFT - 80) if words else ():
            page.text(LEFT + 80, y - 4 if place == 2 else y, line)
            y -= 14
    y -= 8
    zone = ZoneInfo(row.time_zone)
    state = "Open"
    if row.status is InvoiceStatus.PAID and row.paid_at is not None:
        state = f"Paid on {day_words(row.paid_at.astimezone(zone).date())}"
    for name, words in (
        ("Covers", f"{day_words(row.starts_on)} to {day_words(row.last_day)}, {time_zone_label(row.time_zone)}"),
        ("Made", day_words(row.issued_at.astimezone(zone).date())),
        ("Currency", row.currency),
        ("Status", state),
    ):
        page.text(LEFT, y, name, size=9, bold=True)
        page.text(LEFT + 80, y, words)
        y -= 14
    return _columns(page, y - 18)


def _columns(page: Page, y: float) -> float:
    page.text(LEFT, y, "What", size=9, bold=True)
    for x, words in ((EACH, "Each"), (COUNT, "Count"), (RIGHT, "Amount")):
        page.text(x, y, words, size=9, bold=True, right=True)
    page.line(LEFT, y - 6, RIGHT)
    return y - 22


def _line(page: Page, y: float, line: InvoiceLine, told: list[str]) -> float:
    page.text(EACH, y, figure(line.each_cents), right=True)
    page.text(COUNT, y, f"{line.count:,}", right=True)
    page.text(RIGHT, y, figure(line.total_cents), right=True)
    for words in told:
        page.text(LEFT, y, words)
        y -= 14
    return y - 2


def _sums(page: Page, y: float, found: InvoiceDetail) -> None:
    page.line(LEFT, y + 8, RIGHT)
    y -= 8
    for name, cents, bold in _totals(found):
        page.text(COUNT, y, name, bold=bold, right=True)
        page.text(RIGHT, y, figure(cents), bold=bold, right=True)
        y -= 16


def _totals(found: InvoiceDetail) -> Iterator[tuple[str, int, bool]]:
    yield "Fees", found.fees_cents, False
    yield "Credits", found.credits_cents, False
    yield f"Total {found.row.currency}", found.row.total_cents, True


def _what(line: InvoiceLine) -> str:
    return _WHAT[line.kind] + (f" on “{line.group_name}”" if line.group_name else "")
