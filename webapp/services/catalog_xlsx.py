"""Spreadsheets (.xlsx) as tables: the first sheet that holds something, read row by row, nothing in it run.

A spreadsheet is a zip archive of XML. What it unpacks to is bounded before any of it is read, so that no archive can
fill the memory; macros, locked files and entities are refused; a formula is a fault of its cell, never computed.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.etree.ElementTree import ParseError

from webapp.domain.listing_cell import shown
from webapp.services.catalog_sheet import sheet_rows
from webapp.services.catalog_table import SourceTable, TableRow, refused

MAX_UNPACKED: Final = 300 * 1024 * 1024
MAX_TEXTS: Final = 64 * 1024 * 1024
MAX_OTHER: Final = 8 * 1024 * 1024
MAX_PARTS: Final = 2000
_LOOKED_AT: Final = 64 * 1024

_SAVE: Final = "Open it in the spreadsheet program, save it as .xlsx again, and send that."
_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ParseError, NotImplementedError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, AssertionError, RuntimeError),
)
"""What the library raises for files that are not what they seem. It makes no promise; these were found by trying."""


def is_zip(start: bytes) -> bool:
    """Whether a file that begins so is a zip archive, which a spreadsheet is."""
    return start.startswith(b"PK")


def xlsx_table(stream: BinaryIO) -> SourceTable:
    """The first sheet of a spreadsheet that holds anything. Its first row is the header.

    Raises Refused, now or while rows are asked for, when it is no spreadsheet, damaged, locked, too large or holds
    macros. Numbers come as plain text, days as YYYY-MM-DD, true and false as words.
    """
    _check_archive(stream)
    rows = _guarded(sheet_rows(stream))
    header = next(rows, None)
    if header is None:
        raise refused("It holds no row.", "Write the header and one row for each program.")
    return SourceTable(tuple(cell.strip() for cell in header.cells), _even(rows, len(header.cells)))


def expected_rows(stream: BinaryIO) -> int | None:
    """How many rows below the header the first sheet says it has, for a bar; None where it does not say."""
    try:
        with zipfile.ZipFile(stream) as archive:
            sheet = min(name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
            with archive.open(sheet) as opened:
                said = re.search(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"', opened.read(4096))
    except _DAMAGE:
        said = None
    stream.seek(0)
    return int(said[1]) - 1 if said else None


def _check_archive(stream: BinaryIO) -> None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise refused(f"It is an archive of {len(parts)} parts, which no spreadsheet has.", _SAVE)
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise refused(
                    f"It unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB.", "Divide it, or send it as CSV."
                )
            names = {part.filename.lower() for part in parts}
            if "xl/workbook.xml" not in names:
                raise refused("It is a zip archive, but no spreadsheet (.xlsx).", "Send the file that is in it.")
            if any(name.endswith("vbaproject.bin") for name in names):
                raise refused("It holds macros.", "Save it as .xlsx without macros.")
            for part in parts:
                _check_part(archive, part)
    except _DAMAGE:
        raise refused("The archive that a spreadsheet is cannot be read.", _SAVE) from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    name = part.filename.lower()
    if part.flag_bits & 0x1:
        raise refused("It is locked by a password.", "Take the password off and send it again.")
    if not name.endswith((".xml", ".rels")):
        return
    most = MAX_TEXTS if name == "xl/sharedstrings.xml" else MAX_OTHER
    if not name.startswith("xl/worksheets/") and part.file_size > most:
        raise refused(f"Its part {shown(part.filename)} is too large.", "Send the file as CSV.")
    with archive.open(part) as opened:
        start = opened.read(_LOOKED_AT)
    # An entity is a way to make little text much; no spreadsheet program writes any. UTF-16 would hide one.
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start or b"\0" in start:
        raise refused(f"Its part {shown(part.filename)} is no plain XML.", _SAVE)


def _guarded(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The rows, with whatever the library stumbles over told in words."""
    try:
        yield from rows
    except _DAMAGE:
        raise refused("It is damaged: a part of it cannot be read.", _SAVE) from None


def _even(rows: Iterator[TableRow], width: int) -> Iterator[TableRow]:
    """Rows as wide as the header: a spreadsheet leaves blank cells at the end out, and may hold stray ones beyond."""
    for row in rows:
        beyond = [cell for cell in row.cells[width:] if cell]
        cells = row.cells if beyond else [*row.cells[:width], *([""] * (width - len(row.cells)))]
        yield TableRow(row.line, cells, row.numbers, row.faults)
