"""Past imports of listings for the back office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.models import CatalogImport, StaffAccount
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(CatalogImport.started_at, CatalogImport.id)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import: what was read and what came of it. `status`: applied, unchanged, refused or dry_run."""

    id: UUID
    started_at: datetime
    source: str
    filename: str
    status: str
    rows_read: int
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    refused: int
    catalog_version: int | None
    seconds: float
    undone_at: datetime | None
    undone_by: str | None
    actor: str | None


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """One import with its faults and changes, as they were written down."""

    row: ImportRow
    faults: tuple[dict[str, Any], ...]
    changes: tuple[dict[str, Any], ...]


def list_imports(session: Session, *, cursor: str | None) -> Page[ImportRow]:
    """Imports, newest first."""
    return read_page(session, _rows(), _ORDER, _row, cursor=cursor)


def find_last_import(session: Session) -> ImportRow | None:
    """The newest import that is not a dry run."""
    row = session.execute(
        _rows()
        .where(CatalogImport.status != "dry_run")
        .order_by(CatalogImport.started_at.desc(), CatalogImport.id.desc())
        .limit(1)
    ).first()
    return _row(row) if row else None


def find_last_applied(session: Session) -> ImportRow | None:
    """The newest import that changed something and was not undone."""
    row = session.execute(
        _rows()
        .where(CatalogImport.status == "applied", CatalogImport.undone_at.is_(None))
        .order_by(CatalogImport.catalog_version.desc())
        .limit(1)
    ).first()
    return _row(row) if row else None


def get_import(session: Session, import_id: UUID) -> ImportDetail:
    """One import. NotFound when there is none."""
    row = session.execute(
        _rows().add_columns(CatalogImport.faults, CatalogImport.changes).where(CatalogImport.id == import_id)
    ).first()
    if row is None:
        raise NotFound("There is no such import.")
    return ImportDetail(_row(row), tuple(row.faults), tuple(row.changes))


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        CatalogImport.id,
        CatalogImport.started_at,
        CatalogImport.source,
        CatalogImport.filename,
        CatalogImport.status,
        CatalogImport.rows_read,
        CatalogImport.added,
        CatalogImport.changed,
        CatalogImport.withdrawn,
        CatalogImport.unchanged,
        CatalogImport.refused,
        CatalogImport.catalog_version,
        CatalogImport.seconds,
        CatalogImport.undone_at,
        CatalogImport.undone_by,
        StaffAccount.email,
    ).outerjoin(StaffAccount, StaffAccount.id == CatalogImport.staff_id)


def _row(row: Any) -> ImportRow:
    return ImportRow(*row[:16])
