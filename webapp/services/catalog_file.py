"""The listing file: CSV in, rows out, whatever state the file is in; and the same file written again."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import BinaryIO, Protocol, TextIO

from webapp.domain.cell import guard, unguard
from webapp.domain.errors import Problem, Refused
from webapp.domain.listing import COLUMNS, PROGRAM_ID, Listing
from webapp.domain.listing_row import REQUIRED, Fault, ListingError, parse_row, to_row
from webapp.services.catalog_lines import GZIP, MAX_BYTES, check_size, text_lines
from webapp.services.catalog_row import SourceRow

_SAVE_AS = "Save it as “CSV UTF-8 (comma delimited)” and import that file."
_SIGNS = {
    b"PK": "It is a zip archive or a spreadsheet (.xlsx), not a CSV file.",
    GZIP: "It is compressed (gzip), not a plain CSV file.",
    b"\xd0\xcf\x11\xe0": "It is an old spreadsheet (.xls), not a CSV file.",
    b"%PDF": "It is a PDF, not a CSV file.",
    b"\xff\xfe": "It is in UTF-16, not in UTF-8.",
    b"\xfe\xff": "It is in UTF-16, not in UTF-8.",
}


class _Reader(Protocol):
    """What `csv.reader` gives."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def read_listing_file(stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> Iterator[SourceRow]:
    """The rows of a listing file, one at a time, in constant memory. Blank lines are passed over.

    Raises Refused, at the first row asked for or later, when the file as a whole cannot be read: not CSV, not UTF-8,
    wrong header, larger than `max_bytes`. A bad row is not raised but told in its `faults`.
    """
    _check_signs(stream)
    check_size(stream, "file", max_bytes)
    reader = csv.reader(text_lines(stream, name="file", remedy=_SAVE_AS, max_bytes=max_bytes), strict=True)
    header = _header(reader)
    line = reader.line_num + 1
    for cells in _records(reader):
        if any(cell.strip() for cell in cells):
            yield _row(line, header, cells)
        line = reader.line_num + 1


def write_listing_file(listings: Iterable[Listing], stream: TextIO) -> int:
    """Write listings as a listing file; how many. Text that a spreadsheet would run as a formula is guarded."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for listing in listings:
        writer.writerow([guard(cell) for cell in to_row(listing).values()])
        written += 1
    return written


def _refused(what: str, remedy: str) -> Refused:
    return Refused(Problem("file", what, remedy))


def _check_signs(stream: BinaryIO) -> None:
    start = stream.read(4)
    stream.seek(0)
    if not start:
        raise _refused("It is empty.", "Write the header and one row for each program.")
    for sign, what in _SIGNS.items():
        if start.startswith(sign):
            raise _refused(what, _SAVE_AS)


def _records(reader: _Reader) -> Iterator[list[str]]:
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(
                f"The row that begins on line {start} is not CSV: {error}.",
                "Check that every quote is closed and that quotes inside a cell are doubled.",
            ) from None
        yield cells


def _header(reader: _Reader) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in next(_records(reader), []))
    if len(names) == 1 and re.search(r"[;\t]", names[0]):
        raise _refused("Its cells are not divided by commas.", _SAVE_AS)
    problems = [_unknown(name) for name in names if name not in COLUMNS]
    problems += [
        Problem("header", f"The column {name} stands twice.", "Keep one of them.")
        for name in dict.fromkeys(names)
        if name in COLUMNS and names.count(name) > 1
    ]
    problems += [
        Problem("header", f"The column {name} is missing.", "Every listing needs it; add it.")
        for name in REQUIRED
        if name not in names
    ]
    if problems:
        raise Refused(*problems)
    return names


def _unknown(name: str) -> Problem:
    shown = name if len(name) <= 80 else name[:79] + "…"
    if not name:
        return Problem("header", "A column has no name.", "Name it or remove it.")
    near = get_close_matches(name.lower().replace(" ", "_"), COLUMNS, n=1, cutoff=0.6)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it; docs/catalog.md lists the columns there are."
    return Problem("header", f"“{shown}” is not a column of the listing file.", remedy)


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> SourceRow:
    values = dict(zip(header, (unguard(cell.strip()) for cell in cells), strict=False))
    program_id = values.get("program_id", "")
    known = program_id if PROGRAM_ID.fullmatch(program_id) else None
    if len(cells) != len(header):
        problem = f"the row has {len(cells)} cells, the header {len(header)}"
        remedy = "put cells that hold commas in double quotes, and leave no cell out"
        return SourceRow(line=line, program_id=known, faults=(Fault("row", "", problem, remedy),))
    try:
        return SourceRow(line=line, program_id=known, listing=parse_row(values))
    except ListingError as error:
        return SourceRow(line=line, program_id=known, faults=tuple(error.faults))
