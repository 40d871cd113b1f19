"""What an import found, as CSV to take along: the rows that were refused, and every change."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from typing import Final

from webapp.domain.cell import guard
from webapp.domain.column_mapping import ColumnMapping
from webapp.services.catalog_report import Change, RowFault

ROWS_KEPT: Final = 20_000
"""So many rows at most stand in one paper; its last line says when there were more."""


def rejects(faults: Sequence[RowFault], total: int, mapping: ColumnMapping) -> bytes | None:
    """One line for each thing wrong: where, what it says, what is wrong, what would be right. None: all is well."""
    if not faults:
        return None
    head = ("line", "program_id", "column", "column_in_file", "it_says", "what_is_wrong", "what_would_be_right")
    rows = (
        (f.line or "", f.program_id or "", f.column, mapping.named(f.column) or "", f.value, f.problem, f.remedy)
        for f in faults
    )
    return _packed(head, rows, more=total - len(faults))


def differences(changes: Sequence[Change], total: int) -> bytes | None:
    """One line for each fact that changes, and one for each listing added or withdrawn. None: nothing changes."""
    if not changes:
        return None
    rows = (
        (change.program_id, change.name, change.institution, change.kind, column, *pair)
        for change in changes
        for column, pair in (change.columns or {"": ("", "")}).items()
    )
    return _packed(
        ("program_id", "name", "institution", "kind", "column", "before", "after"), rows, more=total - len(changes)
    )


def unpack(paper: bytes) -> bytes:
    """The CSV file itself."""
    return gzip.decompress(paper)


def _packed(head: Sequence[str], rows: Iterable[Sequence[object]], *, more: int) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    if more > 0:
        writer.writerow([f"and {more} more, which are not listed"])
    return gzip.compress(out.getvalue().encode("utf-8-sig"), compresslevel=6, mtime=0)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return guard(";".join(str(each) for each in value))
    return guard(str(value).lower() if isinstance(value, bool) else str(value))
