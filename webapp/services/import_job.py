"""Imports through the import centre: taken in, columns named, checked, published and undone, by workers."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.column_mapping import ColumnMapping, guess, is_listing_header, names_of, problems_of
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.import_job import IMPORT_JOB_LIFECYCLE, KEPT, WAITING, ImportJobStatus, ImportKind
from webapp.domain.listing_cell import shown
from webapp.models import CatalogImport, ImportJob, ImportMapping, Institution
from webapp.services import import_upload, outbox
from webapp.services.catalog_table import MAX_COLUMNS, SourceTable, csv_table
from webapp.services.catalog_xlsx import is_zip, xlsx_table
from webapp.services.import_upload import MAX_BYTES

FILE: Final = "file"
IPEDS_FILES: Final = ("directory", "completions", "tuition")
SAMPLE: Final = 3


def receive(
    session: Session,
    clock: Clock,
    files: Mapping[str, BinaryIO],
    *,
    source: str,
    filename: str,
    staff_id: UUID | None,
    actor: str,
    allow_withdrawals: bool = False,
    max_bytes: int = MAX_BYTES,
) -> UUID:
    """Take in a file (role `file`: CSV or XLSX) or the three of IPEDS; the id of the job.

    Where the header leaves nothing to ask, or this source's was named before, the check is due at once; else somebody
    must name the columns. Refused, naming the file, when it cannot be read at all.
    """
    kind = ImportKind.IPEDS if set(files) == set(IPEDS_FILES) else _kind(files[FILE])
    job = ImportJob(
        id=new_id(),
        status=ImportJobStatus.MAPPING,
        kind=kind,
        source=source,
        filename=filename,
        allow_withdrawals=allow_withdrawals,
        staff_id=staff_id,
        actor=actor,
        created_at=clock.now(),
        **_first_look(session, kind, source, files, max_bytes),
    )
    session.add(job)
    session.flush()
    import_upload.keep(session, job.id, files, max_bytes=max_bytes)
    mapping = ColumnMapping.of_json(job.mapping)
    if kind is ImportKind.IPEDS or _is_settled(session, job, mapping):
        _send_to_work(session, clock, job, ImportJobStatus.CHECKING)
    return job.id


def choose_columns(session: Session, clock: Clock, job_id: UUID, mapping: ColumnMapping) -> None:
    """Say which column is which; it is checked next, and remembered for the next file of the source.

    Refused with every problem of the mapping.
    """
    job = _locked(session, job_id)
    if job.kind is ImportKind.IPEDS:
        raise Refused(Problem("columns", "The columns of these files are known.", "There is nothing to choose."))
    problems = problems_of(mapping, job.header)
    if problems:
        raise Refused(*problems)
    job.mapping = mapping.to_json()
    # Columns that were left out are remembered too: the next file with this header asks nothing.
    _remember(session, clock, job.source, mapping={**job.mapping, "header": job.header})
    _send_to_work(session, clock, job, ImportJobStatus.CHECKING)


def choose_institutions(session: Session, clock: Clock, job_id: UUID, chosen: Mapping[str, str]) -> None:
    """Say which known institution a name of the file stands for: {key of the name: key of the institution}.

    Checked again next, and remembered for the source. A blank choice leaves the name as one of its own.
    """
    job = _named(session, job_id)
    rows = session.execute(select(Institution.key, Institution.name).where(Institution.key.in_(list(chosen.values()))))
    known = {row.key: row.name for row in rows}
    kept = {key: alias for key, alias in job.aliases.items() if key not in chosen}
    job.aliases = {**kept, **{name: {"key": key, "name": known[key]} for name, key in chosen.items() if key in known}}
    _remember(session, clock, job.source, aliases=job.aliases)
    _send_to_work(session, clock, job, ImportJobStatus.CHECKING)


def allow_withdrawals(session: Session, clock: Clock, job_id: UUID) -> None:
    """Let a file withdraw more than half of what its source has published; it is checked again next."""
    job = _named(session, job_id)
    job.allow_withdrawals = True
    _send_to_work(session, clock, job, ImportJobStatus.CHECKING)


def check_again(session: Session, clock: Clock, job_id: UUID) -> None:
    """Have a checked or failed file checked anew: the catalogue may be another by now."""
    _send_to_work(session, clock, _named(session, job_id), ImportJobStatus.CHECKING)


def start_apply(
    session: Session, clock: Clock, job_id: UUID, *, staff_id: UUID | None = None, actor: str | None = None
) -> None:
    """Have a worker publish what the file says. Refused unless the check found something that can be published.

    With `actor` it is written down under the name of whoever lets it be published, whoever sent the file.
    """
    job = _locked(session, job_id)
    report = job.report or {}
    if report.get("problems") or not any(report.get(kind) for kind in ("added", "changed", "withdrawn")):
        raise Refused(Problem("file", "There is nothing in it to publish.", "See what the check says."))
    if actor is not None:
        job.staff_id, job.actor = staff_id, actor
    _send_to_work(session, clock, job, ImportJobStatus.APPLYING)


def start_undo(session: Session, clock: Clock, import_id: UUID, *, staff_id: UUID | None, actor: str) -> UUID:
    """Have a worker undo an import, whichever way it came in; the id of the job that tells how it goes.

    NotFound when there is no such import. Whether it can be undone the worker finds out.
    """
    done = session.get(CatalogImport, import_id)
    if done is None:
        raise NotFound("There is no such import.")
    found = session.scalars(
        select(ImportJob.id).where(ImportJob.import_id == import_id).order_by(ImportJob.created_at.desc()).limit(1)
    ).first()
    if found is None:
        job = ImportJob(
            id=new_id(),
            status=ImportJobStatus.APPLIED,
            kind=ImportKind.CSV,
            source=done.source,
            filename=done.filename,
            allow_withdrawals=False,
            import_id=import_id,
            staff_id=staff_id,
            actor=actor,
            created_at=clock.now(),
        )
        session.add(job)
        session.flush()
        found = job.id
    job = _locked(session, found)
    job.staff_id, job.actor = staff_id, actor
    _send_to_work(session, clock, job, ImportJobStatus.UNDOING)
    return found


def discard(session: Session, job_id: UUID) -> None:
    """Throw a waiting file away."""
    job = _locked(session, job_id)
    _move(job, ImportJobStatus.DISCARDED)
    import_upload.drop(session, job_id)


def purge(session: Session, clock: Clock) -> int:
    """Throw away what has waited for somebody for too long, and forget what was thrown away; how many of the first."""
    old = clock.now() - KEPT
    forgotten = session.scalars(
        select(ImportJob.id)
        .where(ImportJob.status.in_(WAITING), ImportJob.created_at < old)
        .with_for_update(skip_locked=True)
    ).all()
    for job_id in forgotten:
        discard(session, job_id)
    session.execute(
        delete(ImportJob)
        .where(ImportJob.status == ImportJobStatus.DISCARDED, ImportJob.created_at < old - KEPT)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(ImportJob)
        .where(ImportJob.created_at < old - KEPT, ImportJob.differences.is_not(None))
        .values(rejects=None, differences=None)
        .execution_options(synchronize_session=False)
    )
    return len(forgotten)


def table_of(kind: ImportKind, stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> SourceTable:
    """The rows of a CSV file or a spreadsheet."""
    return xlsx_table(stream) if kind is ImportKind.XLSX else csv_table(stream, max_bytes=max_bytes)


def _kind(stream: BinaryIO) -> ImportKind:
    start = stream.read(4)
    stream.seek(0)
    return ImportKind.XLSX if is_zip(start) else ImportKind.CSV


def _first_look(
    session: Session, kind: ImportKind, source: str, files: Mapping[str, BinaryIO], max_bytes: int
) -> dict[str, Any]:
    """The header, the first rows and what they probably mean, as columns of the job."""
    kept = session.get(ImportMapping, source)
    aliases = dict(kept.aliases) if kept else {}
    if kind is ImportKind.IPEDS:
        return {"aliases": aliases}
    table = table_of(kind, files[FILE], max_bytes=max_bytes)
    if len(table.header) > MAX_COLUMNS:
        what = f"It has more than {MAX_COLUMNS} columns."
        raise Refused(Problem(FILE, what, "Leave out those that are not needed."))
    names = names_of(table.header)
    sample = [[shown(cell) for cell in row.cells[: len(names)]] for row in islice(table.rows, SAMPLE)]
    remembered = ColumnMapping.of_json(kept.mapping) if kept else None
    return {
        "header": list(names),
        "sample": sample,
        "mapping": guess(names, remembered).to_json(),
        "aliases": aliases,
    }


def _is_settled(session: Session, job: ImportJob, mapping: ColumnMapping) -> bool:
    """Whether there is nothing to ask: the header is the listing file's own, or all of it was decided before."""
    if is_listing_header(job.header):
        return True
    kept = session.get(ImportMapping, job.source)
    known = set(kept.mapping.get("header", ())) if kept else set()
    return set(job.header) <= known and not problems_of(mapping, job.header)


def _remember(session: Session, clock: Clock, source: str, **told: dict[str, Any]) -> None:
    values = {"source": source, "updated_at": clock.now(), **told}
    changed = {name: value for name, value in values.items() if name != "source"}
    session.execute(
        insert(ImportMapping).values(**values).on_conflict_do_update(index_elements=["source"], set_=changed)
    )


def _locked(session: Session, job_id: UUID) -> ImportJob:
    job = session.get(ImportJob, job_id, with_for_update=True, populate_existing=True)
    if job is None:
        raise NotFound("There is no such import.")
    return job


def _named(session: Session, job_id: UUID) -> ImportJob:
    """A job whose columns are named."""
    job = _locked(session, job_id)
    if job.status is ImportJobStatus.MAPPING:
        raise Refused(Problem("columns", "Nobody has said which column is which.", "Do that first."))
    return job


def _move(job: ImportJob, status: ImportJobStatus) -> None:
    job.status = IMPORT_JOB_LIFECYCLE.check(job.status, status)
    job.lease_id = job.leased_until = job.due_at = None
    job.attempts_made = 0


def _send_to_work(session: Session, clock: Clock, job: ImportJob, status: ImportJobStatus) -> None:
    _move(job, status)
    job.due_at, job.rows_done, job.rows_total, job.problems = clock.now(), 0, None, []
    session.flush()
    outbox.add(session, EventKind.IMPORT_DUE, [job.id], due_at=clock.now())
