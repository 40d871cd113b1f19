"""The listing file: a table in, rows out, whatever state it is in; and the same file written again."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import BinaryIO, TextIO

from webapp.domain.cell import guard, unguard
from webapp.domain.claim import claim_problems
from webapp.domain.column_mapping import ColumnMapping, names_of
from webapp.domain.errors import Problem, Refused
from webapp.domain.listing import COLUMNS, PROGRAM_ID, Listing
from webapp.domain.listing_cell import shown
from webapp.domain.listing_row import REQUIRED, Fault, ListingError, parse_row, to_row
from webapp.services.catalog_lines import MAX_BYTES
from webapp.services.catalog_row import SourceRow, institution_key_of
from webapp.services.catalog_table import SourceTable, TableRow, csv_table


@dataclass(frozen=True, slots=True)
class KnownInstitution:
    """An institution of the catalogue that a file calls otherwise."""

    key: str
    name: str


Aliases = Mapping[str, KnownInstitution]
"""Which institution is meant, by the key of the name in the file."""


def read_listing_file(stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> Iterator[SourceRow]:
    """The rows of a listing file, one at a time, in constant memory. Blank lines are passed over.

    Raises Refused, at the first row asked for or later, when the file as a whole cannot be read: not CSV, not UTF-8,
    wrong header, larger than `max_bytes`. A bad row is not raised but told in its `faults`.
    """
    table = csv_table(stream, max_bytes=max_bytes)
    _check_header(table.header)
    yield from read_table(table, ColumnMapping({name: name for name in table.header}))


def read_table(table: SourceTable, mapping: ColumnMapping) -> Iterator[SourceRow]:
    """The rows of a table whose columns somebody has named, one at a time. A bad row is told in its `faults`."""
    names = names_of(table.header)
    columns = [mapping.columns.get(name) for name in names]
    constants = {column: value for column, value in mapping.constants.items() if value}
    for row in table.rows:
        yield _row(row, columns, constants)


def known_institutions(rows: Iterable[SourceRow], aliases: Aliases) -> Iterator[SourceRow]:
    """The rows with the institutions that are meant, where somebody has said so."""
    return (_known(row, aliases) for row in rows) if aliases else iter(rows)


def write_listing_file(listings: Iterable[Listing], stream: TextIO) -> int:
    """Write listings as a listing file; how many. Text that a spreadsheet would run as a formula is guarded."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for listing in listings:
        writer.writerow([guard(cell) for cell in to_row(listing).values()])
        written += 1
    return written


def _check_header(names: Sequence[str]) -> None:
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


def _unknown(name: str) -> Problem:
    shown = name if len(name) <= 80 else name[:79] + "…"
    if not name:
        return Problem("header", "A column has no name.", "Name it or remove it.")
    near = get_close_matches(name.lower().replace(" ", "_"), COLUMNS, n=1, cutoff=0.6)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it; docs/catalog.md lists the columns there are."
    return Problem("header", f"“{shown}” is not a column of the listing file.", remedy)


def _row(row: TableRow, columns: Sequence[str | None], constants: Mapping[str, str]) -> SourceRow:
    values = dict(constants)
    for place, (column, cell) in enumerate(zip(columns, row.cells, strict=False)):
        if column is not None:
            text = unguard(cell.strip())
            values[column] = _respelled(column, text) if place in row.numbers else text
    program_id = values.get("program_id", "")
    known = program_id if PROGRAM_ID.fullmatch(program_id) else None
    if len(row.cells) != len(columns):
        problem = f"the row has {len(row.cells)} cells, the header {len(columns)}"
        remedy = "put cells that hold commas in double quotes, and leave no cell out"
        return SourceRow(line=row.line, program_id=known, faults=(Fault("row", "", problem, remedy),))
    faults = tuple(
        replace(fault, column=columns[place] or "row")
        for place, fault in row.faults.items()
        if place < len(columns) and columns[place] is not None
    )
    if faults:
        return SourceRow(line=row.line, program_id=known, faults=faults)
    try:
        listing = parse_row(values)
    except ListingError as error:
        return SourceRow(line=row.line, program_id=known, faults=tuple(error.faults))
    claims = tuple(_claim(problem, values.get(problem.where, "")) for problem in claim_problems(listing))
    return SourceRow(line=row.line, program_id=known, listing=None if claims else listing, faults=claims)


def _claim(problem: Problem, value: str) -> Fault:
    """A claim that may not be published, as a fault of its cell."""
    what = problem.what.removeprefix("It ").rstrip(".")
    return Fault(problem.where, shown(value), what, problem.remedy[:1].lower() + problem.remedy[1:].rstrip("."))


def _respelled(column: str, number: str) -> str:
    """A number of a spreadsheet as the text it stands for: a spreadsheet drops the zeros of codes."""
    if column == "cip" and re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", number):
        family, _, rest = number.partition(".")
        return f"{family.zfill(2)}.{rest.ljust(4, '0')}"
    if column == "postal_code" and re.fullmatch(r"[0-9]{3,4}", number):
        return number.zfill(5)
    return number


def _known(row: SourceRow, aliases: Aliases) -> SourceRow:
    listing = row.listing
    if listing is None:
        return row
    alias = aliases.get(row.institution_key or institution_key_of(listing.institution))
    if alias is None:
        return row
    return replace(row, listing=replace(listing, institution=alias.name), institution_key=alias.key)
