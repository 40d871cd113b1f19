"""Small catalogues for tests of the import."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.domain.clock import SystemClock
from webapp.services.catalog import import_listings
from webapp.services.catalog_file import read_listing_file
from webapp.services.catalog_report import ImportReport
from webapp.services.catalog_row import SourceRow

Cells = Mapping[str, str]


def row(number: int, **cells: str) -> dict[str, str]:
    """One good row; `cells` replace."""
    return {
        "program_id": f"p-{number}",
        "institution": f"School {number % 3}",
        "name": f"Program {number}",
        "credential": "master",
        "cip": "30.7001",
        "tuition_total_usd": str(1000 * number),
        **cells,
    }


def csv_of(rows: Iterable[Cells], header: Iterable[str] | None = None) -> bytes:
    """A listing file of these rows."""
    listed = list(rows)
    names = list(header or dict.fromkeys(name for cells in listed for name in cells))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue().encode()


def rows_of(data: bytes) -> Iterator[SourceRow]:
    """The rows as the import reads them."""
    return read_listing_file(io.BytesIO(data))


def import_rows(session: Session, rows: Iterable[Cells], *, source: str = "csv", **options: Any) -> ImportReport:
    """Import these rows; `options` go to `import_listings`."""
    return import_bytes(session, csv_of(rows), source=source, **options)


def import_bytes(session: Session, data: bytes, *, source: str = "csv", **options: Any) -> ImportReport:
    """Import this file; `options` go to `import_listings`."""
    return import_listings(session, SystemClock(), source=source, filename="t.csv", rows=rows_of(data), **options)


def numbers(report: ImportReport) -> tuple[int, int, int, int, int]:
    """added, changed, withdrawn, unchanged, refused."""
    return report.added, report.changed, report.withdrawn, report.unchanged, report.refused


def stored(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Everything the catalogue's tables hold, but for times: to see whether anything changed."""
    return {
        "programs": [
            tuple(found)
            for found in session.execute(
                text(
                    "SELECT p.program_id, p.status, p.catalog_source, p.is_demo, p.digest, p.name, "
                    "p.tuition_total_cents, i.key, i.name, i.control, i.title_iv FROM programs p "
                    "JOIN institutions i ON i.id = p.institution_id ORDER BY p.program_id"
                )
            )
        ],
        "institutions": [tuple(f) for f in session.execute(text("SELECT key, name FROM institutions ORDER BY key"))],
        "versions": [tuple(f) for f in session.execute(text("SELECT count(*) FROM catalog_versions"))],
        "imports": [tuple(f) for f in session.execute(text("SELECT count(*) FROM catalog_imports"))],
    }
