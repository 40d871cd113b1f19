"""Imports on their way, for the import centre."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.column_mapping import ColumnMapping
from webapp.domain.errors import NotFound
from webapp.domain.import_job import AT_WORK, WAITING, ImportJobStatus, ImportKind
from webapp.models import CatalogImport, ImportJob

MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class OpenImport:
    """One import that waits for somebody or is being worked on."""

    id: UUID
    filename: str
    source: str
    status: ImportJobStatus
    actor: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJobDetail:
    """One import with all that its page shows. `share` is how far reading is, 0 to 1; None where that is not known."""

    id: UUID
    status: ImportJobStatus
    kind: ImportKind
    source: str
    filename: str
    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    mapping: ColumnMapping
    aliases: dict[str, dict[str, str]]
    rows_done: int
    rows_total: int | None
    is_taken: bool
    report: dict[str, Any] | None
    problems: tuple[dict[str, str], ...]
    has_rejects: bool
    has_differences: bool
    import_id: UUID | None
    actor: str
    created_at: datetime
    undone_at: datetime | None
    undone_by: str | None

    @property
    def is_at_work(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.status in AT_WORK

    @property
    def share(self) -> float | None:
        """How much of the file was read."""
        return min(self.rows_done / self.rows_total, 1.0) if self.rows_total else None


def list_open_imports(session: Session) -> list[OpenImport]:
    """Imports that wait for somebody or are being worked on, newest first."""
    rows = session.execute(
        select(
            ImportJob.id,
            ImportJob.filename,
            ImportJob.source,
            ImportJob.status,
            ImportJob.actor,
            ImportJob.created_at,
        )
        .where(ImportJob.status.in_(AT_WORK | WAITING))
        .order_by(ImportJob.created_at.desc(), ImportJob.id.desc())
        .limit(MOST_OPEN)
    )
    return [OpenImport(*row) for row in rows]


def get_import_job(session: Session, job_id: UUID) -> ImportJobDetail:
    """One import. NotFound when there is none."""
    row = session.execute(
        select(
            ImportJob,
            ImportJob.rejects.is_not(None).label("has_rejects"),
            ImportJob.differences.is_not(None).label("has_differences"),
            CatalogImport.undone_at,
            CatalogImport.undone_by,
        )
        .outerjoin(CatalogImport, CatalogImport.id == ImportJob.import_id)
        .where(ImportJob.id == job_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound("There is no such import.")
    job: ImportJob = row[0]
    return ImportJobDetail(
        id=job.id,
        status=job.status,
        kind=job.kind,
        source=job.source,
        filename=job.filename,
        header=tuple(job.header),
        sample=tuple(tuple(cells) for cells in job.sample),
        mapping=ColumnMapping.of_json(job.mapping),
        aliases=dict(job.aliases),
        rows_done=job.rows_done,
        rows_total=job.rows_total,
        is_taken=job.leased_until is not None,
        report=job.report,
        problems=tuple(job.problems),
        has_rejects=row.has_rejects,
        has_differences=row.has_differences,
        import_id=job.import_id,
        actor=job.actor,
        created_at=job.created_at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )


@dataclass(frozen=True, slots=True)
class ImportPapers:
    """The CSV files that are kept of a past import, under the id of the job that made it."""

    job_id: UUID
    has_rejects: bool
    has_differences: bool


def find_import_papers(session: Session, import_id: UUID) -> ImportPapers | None:
    """What is kept of an import to take along; None where nothing is."""
    row = session.execute(
        select(ImportJob.id, ImportJob.rejects.is_not(None), ImportJob.differences.is_not(None))
        .where(ImportJob.import_id == import_id)
        .order_by(ImportJob.created_at)
        .limit(1)
    ).first()
    return ImportPapers(*row) if row is not None and (row[1] or row[2]) else None


def get_import_paper(session: Session, job_id: UUID, paper: str) -> bytes:
    """The packed CSV file of an import: `rejects` or `differences`. NotFound when there is none."""
    column = ImportJob.rejects if paper == "rejects" else ImportJob.differences
    found = session.execute(select(column).where(ImportJob.id == job_id)).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such file.")
    return found
