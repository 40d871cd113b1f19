"""The first sheet of a spreadsheet that holds something. `catalog_xlsx` has looked at the archive before."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final

from webapp.domain.listing_cell import shown
from webapp.domain.listing_row import Fault
from webapp.services.catalog_table import MAX_COLUMNS, TableRow, refused

MAX_ROWS: Final = 250_000


def sheet_rows(stream: BinaryIO) -> Iterator[TableRow]:
    """Its rows. Raises Refused for too many rows or columns, and almost anything for a damaged one."""
    # 180 modules that nobody needs who reads no spreadsheet.
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # openpyxl ships no types
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]  # the same

    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except InvalidFileException as error:
        raise ValueError(str(error)) from None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its size may be wrong
        any_row = False
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > MAX_ROWS:
                raise refused(f"It has more than {MAX_ROWS:,} rows.", "Divide it, or import it from the shell.")
            if any(cell.value not in (None, "") for cell in cells):
                any_row = True
                yield _row(number, cells)
        if any_row:
            return


def _row(line: int, cells: tuple[Any, ...]) -> TableRow:
    if len(cells) > MAX_COLUMNS:
        raise refused(f"It has more than {MAX_COLUMNS} columns.", "Leave out those that are not needed.")
    texts, numbers, faults = [], set(), {}
    for place, cell in enumerate(cells):
        value, text = cell.value, ""
        where = cell.coordinate if value is not None else ""
        if cell.data_type == "f":
            told = shown(value if isinstance(value, str) else "=…")
            faults[place] = Fault("", told, f"cell {where} holds a formula", "paste its value in its place")
        elif cell.data_type == "e":
            faults[place] = Fault("", shown(str(value)), f"cell {where} holds an error", "write what is meant")
        elif value is not None:
            text = _text(value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers.add(place)
        texts.append(text)
    return TableRow(line, texts, frozenset(numbers), faults)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
