"""The listing file: whatever is wrong with it is said once, early and in words that help."""

import gzip
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.listing_rows import csv_of, row, rows_of
from webapp.domain.errors import Refused
from webapp.domain.listing import COLUMNS
from webapp.domain.listing_row import parse_row
from webapp.services.catalog_file import read_listing_file, write_listing_file

DEMO = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo" / "catalog.csv"


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        list(rows_of(data))
    return str(caught.value)


class Endless:
    """A file of good rows that never ends."""

    def __init__(self) -> None:
        self.start = io.BytesIO(csv_of([row(1)]))
        self.given = 0

    def read(self, size: int) -> bytes:
        return self.start.read(size)

    def seek(self, offset: int) -> int:
        return self.start.seek(offset)

    def seekable(self) -> bool:
        return False

    def readline(self, limit: int) -> bytes:
        self.given += 40
        return self.start.readline(limit) or b"p-2,School,Program,master,30.7001,100000\n"


class TestWholeFile:
    def test_an_empty_file(self) -> None:
        assert "empty" in refusal(b"")

    @pytest.mark.parametrize(
        ("data", "named"),
        [
            (b"PK\x03\x04rest", "spreadsheet"),
            (gzip.compress(b"program_id", mtime=0), "gzip"),
            (b"\xd0\xcf\x11\xe0rest", "xls"),
            ("program_id".encode("utf-16"), "UTF-16"),
            (b"%PDF-1.7", "PDF"),
        ],
    )
    def test_another_kind_of_file_is_named(self, data: bytes, named: str) -> None:
        said = refusal(data)
        assert named in said
        assert "CSV UTF-8" in said

    def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(self) -> None:
        data = b"\xef\xbb\xbf" + csv_of([row(1), row(2)]).replace(b"\n", b"\r\n")
        assert [found.program_id for found in rows_of(data)] == ["p-1", "p-2"]

    def test_text_in_another_encoding_names_line_and_byte(self) -> None:
        said = refusal(csv_of([row(1), row(2)]) + "p-3,École".encode("latin-1"))
        assert "Line 4 is not UTF-8 (byte 5" in said

    def test_a_nul_byte_names_the_line(self) -> None:
        assert "Line 2 holds a NUL byte" in refusal(csv_of([row(1, name="a\0b")]))

    def test_a_line_without_end_is_refused_before_it_fills_the_memory(self) -> None:
        said = refusal(csv_of([row(1)]) + b"x" * 200_000)
        assert "Line 3 has more than" in said

    def test_a_quote_that_is_never_closed_names_the_row(self) -> None:
        data = csv_of([row(1), row(2)]) + b'p-3,"open\n' + b"more\n" * 30_000
        assert "begins on line 4" in refusal(data)

    def test_cells_divided_by_semicolons(self) -> None:
        assert "not divided by commas" in refusal(csv_of([row(1)]).replace(b",", b";"))

    def test_a_file_beyond_the_limit_is_refused_without_reading_it_whole(self) -> None:
        tracemalloc.start()
        endless = Endless()
        with pytest.raises(Refused, match=r"larger than 0\.125 MB"):
            for _ in read_listing_file(endless, max_bytes=128 * 1024):  # type: ignore[arg-type]  # all that is read of it
                pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert endless.given < 200_000
        assert peak < 2_000_000

    def test_a_file_that_tells_its_size_is_refused_before_its_first_row(self) -> None:
        data = csv_of([row(1)]) + b"x" * 2000
        rows = read_listing_file(io.BytesIO(data), max_bytes=1024)
        with pytest.raises(Refused, match="larger than"):
            next(rows)


class TestHeader:
    def test_every_unknown_column_is_named_with_the_nearest_right_one(self) -> None:
        data = csv_of([{**row(1), "Tuition Total": "1", "modalities": "online", "zzz": ""}])
        said = refusal(data)
        assert "“Tuition Total” is not a column of the listing file. Did you mean tuition_total_usd?" in said
        assert "Did you mean modality?" in said
        assert "“zzz”" in said

    def test_missing_and_repeated_columns_are_named(self) -> None:
        said = refusal(b"program_id,name,name,credential\n")
        assert "institution is missing" in said
        assert "cip is missing" in said
        assert "name stands twice" in said

    def test_optional_columns_may_be_left_out(self) -> None:
        (found,) = rows_of(csv_of([row(1)]))
        assert found.listing is not None
        assert found.listing.months is None


class TestRows:
    def test_lines_are_counted_through_blank_lines_and_line_breaks_in_cells(self) -> None:
        data = csv_of([row(1)]) + b"\n\n" + csv_of([row(2, name="two\nlines"), row(3)]).split(b"\n", 1)[1]
        found = list(rows_of(data))
        assert [(each.line, each.program_id) for each in found] == [(2, "p-1"), (5, "p-2"), (7, "p-3")]
        assert [fault.column for fault in found[1].faults] == ["name"]

    @pytest.mark.parametrize("cells", ["p-2,School,Program", "p-2,S,P,master,30.7001,5,,,"])
    def test_a_row_of_another_length_is_refused(self, cells: str) -> None:
        found = list(rows_of(csv_of([row(1)]) + cells.encode() + b"\n"))
        assert found[0].listing is not None
        assert "cells, the header 6" in found[1].faults[0].problem
        assert found[1].program_id == "p-2"

    def test_every_fault_of_a_row_is_told(self) -> None:
        (found,) = rows_of(csv_of([row(1, cip="x", credential="y", tuition_total_usd="-1", name="")]))
        assert [fault.column for fault in found.faults] == ["name", "credential", "cip", "tuition_total_usd"]

    def test_naughty_strings_never_break_the_reading(self, data_dir: Path) -> None:
        naughty: list[str] = json.loads((data_dir / "blns.json").read_text("utf-8"))
        rows = [row(n, name=text) for n, text in enumerate(naughty) if "\0" not in text]
        found = list(rows_of(csv_of(rows)))
        assert len(found) == len(rows)
        assert all((each.listing is None) == bool(each.faults) for each in found)


class TestExport:
    def _round(self, data: bytes) -> tuple[list[object], str]:
        listings = [found.listing for found in rows_of(data) if found.listing is not None]
        out = io.StringIO()
        assert write_listing_file(listings, out) == len(listings)
        again = [found.listing for found in rows_of(out.getvalue().encode())]
        return [listings == again], out.getvalue()

    def test_the_demo_catalogue_comes_back_whole(self) -> None:
        same, written = self._round(DEMO.read_bytes())
        assert same == [True]
        assert written.splitlines()[0] == ",".join(COLUMNS)

    def test_no_exported_cell_is_a_formula(self) -> None:
        data = csv_of([row(1, name="=HYPERLINK(1)", summary="@x", institution="'+y", latitude="-1.5", longitude="-2")])
        same, written = self._round(data)
        assert same == [True]
        assert "'=HYPERLINK(1)" in written
        assert ",-1.5,-2," in written

    @settings(max_examples=60, deadline=None)
    @given(
        name=st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40),
        summary=st.text(alphabet="'=+-@,\"; abc", max_size=20),
    )
    def test_any_text_comes_back_as_it_was(self, name: str, summary: str) -> None:
        if not name.strip():
            return
        listing = parse_row(row(1, name=name, summary=summary))
        out = io.StringIO()
        write_listing_file([listing], out)
        assert [found.listing for found in rows_of(out.getvalue().encode())] == [listing]
