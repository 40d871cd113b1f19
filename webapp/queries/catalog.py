"""The catalogue as a whole: how much is published from where, what was imported, the rows for an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.listing import Listing
from webapp.models import CatalogImport, ImportStatus, ListingStatus, Program
from webapp.queries.listing import published_listings


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What one source has in the catalogue."""

    source: str
    published: int
    withdrawn: int
    is_demo: bool


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """One import as it was written down. `faults` and `changes` are those that were kept."""

    id: UUID
    source: str
    filename: str
    status: ImportStatus
    rows_read: int
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    refused: int
    faults: tuple[dict[str, Any], ...]
    changes: tuple[dict[str, Any], ...]
    catalog_version: int | None
    staff_id: UUID | None
    started_at: datetime
    seconds: float


def has_listings(session: Session) -> bool:
    """Whether there is any listing, published or withdrawn."""
    return bool(session.execute(select(exists().select_from(Program))).scalar_one())


def source_counts(session: Session) -> list[SourceCount]:
    """Every source with how many listings it has, by name."""
    published = func.count().filter(Program.status == ListingStatus.PUBLISHED)
    rows = session.execute(
        select(Program.catalog_source, published, func.count(), func.bool_or(Program.is_demo))
        .group_by(Program.catalog_source)
        .order_by(Program.catalog_source)
    )
    return [SourceCount(source, out, total - out, demo) for source, out, total, demo in rows]


def export_listings(session: Session, source: str | None = None) -> Iterator[Listing]:
    """Every published listing, of one source or of all, ordered by program id, streamed."""
    if source is None:
        return published_listings(session)
    wanted = frozenset(
        session.scalars(
            select(Program.program_id).where(
                Program.catalog_source == source, Program.status == ListingStatus.PUBLISHED
            )
        )
    )
    return (listing for listing in published_listings(session) if listing.program_id in wanted)


def list_imports(session: Session, *, limit: int = 50, offset: int = 0) -> list[ImportEntry]:
    """The newest imports first."""
    rows = session.scalars(
        select(CatalogImport)
        .order_by(CatalogImport.started_at.desc(), CatalogImport.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_entry(row) for row in rows]


def get_import(session: Session, import_id: UUID) -> ImportEntry:
    """One import; NotFound when there is none of this id."""
    row = session.get(CatalogImport, import_id)
    if row is None:
        raise NotFound("There is no such import.")
    return _entry(row)


def _entry(row: CatalogImport) -> ImportEntry:
    return ImportEntry(
        id=row.id,
        source=row.source,
        filename=row.filename,
        status=row.status,
        rows_read=row.rows_read,
        added=row.added,
        changed=row.changed,
        withdrawn=row.withdrawn,
        unchanged=row.unchanged,
        refused=row.refused,
        faults=tuple(row.faults),
        changes=tuple(row.changes),
        catalog_version=row.catalog_version,
        staff_id=row.staff_id,
        started_at=row.started_at,
        seconds=row.seconds,
    )
