"""A table somebody gave us, read row by row: its header, and the cells below it as text."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

from webapp.domain.errors import Problem, Refused
from webapp.domain.listing_row import Fault
from webapp.services.catalog_lines import GZIP, MAX_BYTES, check_size, text_lines

MAX_COLUMNS: Final = 300
_SAVE_AS = "Save it as “CSV UTF-8 (comma delimited)” and import that file."
_SIGNS = {
    b"PK": "It is a zip archive or a spreadsheet (.xlsx), not a CSV file.",
    GZIP: "It is compressed (gzip), not a plain CSV file.",
    b"\xd0\xcf\x11\xe0": "It is an old or a locked spreadsheet (.xls), not a CSV file.",
    b"%PDF": "It is a PDF, not a CSV file.",
    b"\xff\xfe": "It is in UTF-16, not in UTF-8.",
    b"\xfe\xff": "It is in UTF-16, not in UTF-8.",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the line it begins on and its cells as text.

    `numbers` are the places of cells that were numbers in a spreadsheet; `faults`, by place, what is wrong with cells
    whatever their column is.
    """

    line: int
    cells: list[str]
    numbers: frozenset[int] = frozenset()
    faults: dict[int, Fault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """`header` holds the cells of the first row, trimmed. `rows` may raise Refused where the file cannot be read on."""

    header: tuple[str, ...]
    rows: Iterator[TableRow]


class _Reader(Protocol):
    """What `csv.reader` gives."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def csv_table(stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> SourceTable:
    """A CSV file in UTF-8, in constant memory. Blank lines are passed over.

    Raises Refused when it is none: other formats, other encodings, cells that are not divided by commas.
    """
    _check_signs(stream)
    check_size(stream, "file", max_bytes)
    reader = csv.reader(text_lines(stream, name="file", remedy=_SAVE_AS, max_bytes=max_bytes), strict=True)
    header = tuple(cell.strip() for cell in next(_records(reader), []))
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        raise refused("Its cells are not divided by commas.", _SAVE_AS)
    return SourceTable(header, _rows(reader))


def refused(what: str, remedy: str) -> Refused:
    """The file as a whole cannot be used."""
    return Refused(Problem("file", what, remedy))


def _rows(reader: _Reader) -> Iterator[TableRow]:
    line = reader.line_num + 1
    for cells in _records(reader):
        if any(cell.strip() for cell in cells):
            yield TableRow(line, cells)
        line = reader.line_num + 1


def _check_signs(stream: BinaryIO) -> None:
    start = stream.read(4)
    stream.seek(0)
    if not start:
        raise refused("It is empty.", "Write the header and one row for each program.")
    for sign, what in _SIGNS.items():
        if start.startswith(sign):
            raise refused(what, _SAVE_AS)


def _records(reader: _Reader) -> Iterator[list[str]]:
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refused(
                f"The row that begins on line {start} is not CSV: {error}.",
                "Check that every quote is closed and that quotes inside a cell are doubled.",
            ) from None
        yield cells
