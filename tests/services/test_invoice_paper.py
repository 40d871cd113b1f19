"""The invoice on paper: the figures of its page, in a file that readers can open."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.charge import EntryKind, InvoiceStatus
from webapp.domain.ids import new_id
from webapp.queries.invoice import InvoiceDetail, InvoiceLine, InvoiceRow
from webapp.services.invoice_paper import Issuer, write_invoice_paper
from webapp.services.pdf import width_of, wrapped

ROW = InvoiceRow(
    id=new_id(),
    number=7,
    partner_id=new_id(),
    partner="Larkspur",
    legal_name=r"Larkspur (Łódź) \ Institute “S.A.”",
    time_zone="America/New_York",
    kind=CycleKind.MONTHLY,
    starts_on=date(2026, 11, 1),
    ends_at=datetime(2026, 12, 1, 5, tzinfo=UTC),
    currency="USD",
    total_cents=107_700,
    status=InvoiceStatus.OPEN,
    issued_at=datetime(2026, 12, 1, 5, 15, tzinfo=UTC),
    paid_at=None,
)
LINES = (
    InvoiceLine(EntryKind.LEAD_FEE, None, 3300, 34, 112_200),
    InvoiceLine(EntryKind.CREDIT, "Data science, part time and evenings " * 4, -4500, 1, -4500),
)
FOUND = InvoiceDetail(ROW, LINES, 112_200, -4500, None, None)
ISSUER = Issuer("Program Match", "1 Main Street, Springfield")


def said(paper: bytes) -> list[str]:
    """The texts of a file, in order."""
    shown = re.findall(rb"\((.*)\) Tj", paper)
    return [re.sub(r"\\([()\\])", r"\1", each.decode("cp1252")) for each in shown]


def check_places(paper: bytes) -> int:
    """Each object stands where the table says, each stream is as long as it says; how many pages there are."""
    table = int(re.findall(rb"startxref\n(\d+)", paper)[0])
    assert paper[table : table + 4] == b"xref"
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", paper), start=1):
        assert paper[int(place) :].startswith(b"%d 0 obj" % number)
    for length, stream in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", paper, re.S):
        assert len(stream) == int(length)
    assert paper.endswith(b"%%EOF\n")
    return int(re.findall(rb"/Count (\d+)", paper)[0])


def test_the_paper_says_what_the_page_says() -> None:
    paper = write_invoice_paper(FOUND, ISSUER)
    assert check_places(paper) == 1
    words = said(paper)
    assert words[0] == "Invoice PM-000007"
    for each in ("33.00", "34", "1,122.00", "-45.00", "1,077.00", "Total USD", "Open", "Page 1 of 1"):
        assert each in words, each
    assert r"Larkspur (Lódz) \ Institute “S.A.”" in words  # letters that the fonts lack go without their marks
    assert "November 1, 2026 to November 30, 2026, Eastern Time (New York)" in words
    assert write_invoice_paper(FOUND, ISSUER) == paper

    credit = replace(FOUND, row=replace(ROW, total_cents=-4500, status=InvoiceStatus.PAID, paid_at=ROW.issued_at))
    words = said(write_invoice_paper(credit, ISSUER))
    assert (words[0], "Paid on December 1, 2026" in words) == ("Credit note PM-000007", True)


def test_many_lines_go_over_pages_and_none_leaves_its_column() -> None:
    long = replace(FOUND, lines=LINES * 40)
    paper = write_invoice_paper(long, ISSUER)
    pages = check_places(paper)
    assert pages > 3
    assert f"Page {pages} of {pages}" in said(paper)
    assert said(paper).count("1,122.00") == 41
    for line in wrapped("word " * 50 + "x" * 300, 10, 200):
        assert width_of(line, 10) <= 200
