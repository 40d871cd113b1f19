"""Spreadsheets: read as plain text, and whatever is not one, or holds what we do not run, refused in words."""

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]  # openpyxl ships no types

from webapp.domain.column_mapping import ColumnMapping
from webapp.domain.errors import Refused
from webapp.services import catalog_sheet, catalog_xlsx
from webapp.services.catalog_file import read_table
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_xlsx import expected_rows, xlsx_table

HEADER = ["program_id", "institution", "name", "credential", "cip", "postal_code", "tuition_total_usd", "verified_on"]
GOOD = ["p-1", "Larkspur", "Data", "master", 30.7, 2139, 12345.5, date(2026, 9, 1)]


def book(*rows: list[Any], change: Callable[[Workbook], None] | None = None) -> bytes:
    made = Workbook()
    for cells in rows:
        made.active.append(cells)
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rows_of(data: bytes) -> list[SourceRow]:
    table = xlsx_table(io.BytesIO(data))
    return list(read_table(table, ColumnMapping({name: name for name in table.header})))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        rows_of(data)
    return str(caught.value)


def test_cells_come_as_what_they_say_and_codes_get_their_zeros_back() -> None:
    found = rows_of(book([*HEADER, "title_iv"], [*GOOD, True], [None], ["p-2", "X", "'=Y", "master", "11.0101"]))
    assert [each.line for each in found] == [2, 4]
    listing = found[0].listing
    assert listing is not None
    assert (listing.cip, listing.postal_code, listing.tuition_total_cents) == ("30.7000", "02139", 1_234_550)
    assert (listing.verified_on, listing.title_iv) == (date(2026, 9, 1), True)
    other = found[1].listing
    assert other is not None
    assert (other.cip, other.name, other.postal_code) == ("11.0101", "=Y", None)


def test_formulas_errors_and_stray_cells_are_faults_of_their_row() -> None:
    formula = ["p-2", "X", "=A1&B1", "master", "11.0101"]
    stray = ["p-3", "X", "Y", "master", "11.0101", None, None, None, None, "stray"]
    noon = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - a spreadsheet knows no time zone
    wrong = ["p-4", "X", "Y", "master", noon, "#REF!"]
    found = rows_of(book(HEADER, GOOD, formula, stray, wrong))
    told = [(f.column, f.value, f.problem) for each in found for f in each.faults]
    assert told[:2] == [
        ("name", "=A1&B1", "cell C3 holds a formula"),
        ("row", "", "the row has 10 cells, the header 8"),
    ]
    assert told[2][0] == "postal_code"
    assert "error" in told[2][2]


def test_a_sheet_tells_how_many_rows_to_expect_or_nothing() -> None:
    assert expected_rows(io.BytesIO(book(HEADER, *[GOOD] * 7))) == 7
    assert expected_rows(io.BytesIO(packed({"xl/worksheets/sheet1.xml": b"<x/>"}))) is None
    assert expected_rows(io.BytesIO(b"PK no archive")) is None


def test_the_first_sheet_with_something_in_it_is_read() -> None:
    def add(made: Workbook) -> None:
        made.create_sheet("Real").append(HEADER)
        made["Real"].append(GOOD)

    assert [each.program_id for each in rows_of(book(change=add))] == ["p-1"]
    assert "It holds no row" in refusal(book())


def test_what_is_no_spreadsheet_or_more_than_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    good = parts(book(HEADER, GOOD))
    assert "no spreadsheet" in refusal(packed({"listings.csv": b"a,b"}))
    assert "cannot be read" in refusal(b"PK\x03\x04 and nothing else")
    assert "macros" in refusal(packed({**good, "xl/vbaProject.bin": b"x"}))
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + good["xl/workbook.xml"]
    assert "no plain XML" in refusal(packed({**good, "xl/workbook.xml": entity}))
    assert "damaged" in refusal(packed({**good, "xl/worksheets/sheet1.xml": good["xl/worksheets/sheet1.xml"][:-60]}))
    with monkeypatch.context() as smaller:
        smaller.setattr(catalog_xlsx, "MAX_UNPACKED", 3 * 1024 * 1024)
        bomb = packed({**good, "xl/media/bomb.xml": b"0" * (4 * 1024 * 1024)})
        assert len(bomb) < 16 * 1024
        assert "unpacks to more than 3 MB" in refusal(bomb)
    assert "too large" in refusal(packed({**good, "xl/styles.xml": b" " * (9 * 1024 * 1024)}))
    monkeypatch.setattr(catalog_sheet, "MAX_ROWS", 3)
    assert "more than 3 rows" in refusal(book(HEADER, *[GOOD] * 3))
    monkeypatch.setattr(catalog_sheet, "MAX_COLUMNS", 5)
    assert "more than 5 columns" in refusal(book(HEADER))


def test_no_damage_gets_past_the_words() -> None:
    """Bytes changed at random, in the archive and inside its parts: it reads, or says why not; nothing else."""
    draw, whole = random.Random(7), book(HEADER, *[GOOD] * 5)
    inside = parts(whole)
    for turn in range(60):
        name = draw.choice(list(inside))
        content = bytearray(inside[name] if turn % 2 else whole)
        for _ in range(draw.randint(1, 4)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        data = packed({**inside, name: bytes(content)}) if turn % 2 else bytes(content)
        with suppress(Refused):
            rows_of(data)
