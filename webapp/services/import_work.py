"""What a worker does for an import: the dry run, the real run, the undo; each in one transaction with its outcome.

The row holds a lease, so a message that comes twice finds the work taken; a lease that ran out is taken over by the
sweep. Whoever lost its lease writes nothing: the outcome goes into the transaction of the work itself.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.column_mapping import ColumnMapping
from webapp.domain.errors import DomainError, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.import_job import AT_WORK, IMPORT_JOB_LIFECYCLE, MOST_TRIES, ImportJobStatus, ImportKind
from webapp.models import ImportJob
from webapp.observability.log import get_logger
from webapp.services import audit, import_paper, import_upload
from webapp.services.catalog import import_listings
from webapp.services.catalog_file import KnownInstitution, known_institutions, read_table
from webapp.services.catalog_ipeds import Release, read_ipeds
from webapp.services.catalog_report import CHANGES_KEPT, FAULTS_KEPT, ImportReport
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_undo import undo_import
from webapp.services.catalog_xlsx import expected_rows
from webapp.services.import_job import FILE, IPEDS_FILES, table_of
from webapp.services.transaction import Begin

log = get_logger(__name__)

LEASE: Final = timedelta(seconds=300)
LONGEST_SECONDS: Final = 540.0
LONGEST_STATEMENT_SECONDS: Final = 540
"""Copying the rows in is one statement, and lasts as long as reading them does."""
PROGRESS_SECONDS: Final = 0.5


class LeaseLost(DomainError):
    """Somebody else took the work over."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An import that this worker has leased, as it stood then."""

    id: UUID
    lease_id: UUID
    status: ImportJobStatus
    kind: ImportKind
    source: str
    filename: str
    mapping: ColumnMapping
    aliases: dict[str, KnownInstitution]
    allow_withdrawals: bool
    import_id: UUID | None
    staff_id: UUID | None
    actor: str


def run(begin: Begin, clock: Clock, job_id: UUID) -> None:
    """Do what is due for an import: check, publish or undo it. Harmless to call twice, and for what is not due."""
    taken = _take(begin, clock, job_id)
    if taken is None:
        return
    log.info("import taken", id=str(job_id), step=taken.status.value)
    if taken.status is ImportJobStatus.UNDOING:
        _undo(begin, clock, taken)
    else:
        _import(begin, clock, taken)


def _take(begin: Begin, clock: Clock, job_id: UUID) -> Taken | None:
    with begin() as session:
        job = session.get(ImportJob, job_id, with_for_update=True, populate_existing=True)
        now = clock.now()
        if job is None or job.status not in AT_WORK or (job.leased_until is not None and job.leased_until > now):
            return None
        if job.attempts_made >= MOST_TRIES:
            _give_up(job)
            return None
        job.lease_id, job.leased_until, job.due_at = new_id(), now + LEASE, None
        job.attempts_made += 1
        return Taken(
            id=job.id,
            lease_id=job.lease_id,
            status=job.status,
            kind=job.kind,
            source=job.source,
            filename=job.filename,
            mapping=ColumnMapping.of_json(job.mapping),
            aliases={key: KnownInstitution(**alias) for key, alias in job.aliases.items()},
            allow_withdrawals=job.allow_withdrawals,
            import_id=job.import_id,
            staff_id=job.staff_id,
            actor=job.actor,
        )


def _give_up(job: ImportJob) -> None:
    """No worker came to its end. What was to be undone is still published, and can be undone again."""
    is_undo = job.status is ImportJobStatus.UNDOING
    job.status = IMPORT_JOB_LIFECYCLE.check(job.status, ImportJobStatus.APPLIED if is_undo else ImportJobStatus.FAILED)
    job.lease_id = job.leased_until = job.due_at = None
    remedy = "Undo it again, when less is going on." if is_undo else "Check it again, or divide it."
    job.problems = [{"what": "Every worker that took it up stopped.", "remedy": remedy}]


def _import(begin: Begin, clock: Clock, taken: Taken) -> None:
    dry_run = taken.status is ImportJobStatus.CHECKING
    with import_upload.opened(begin, taken.id) as files:
        progress = _progress(begin, clock, taken, files)
        with begin() as session:
            session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT_SECONDS}s'"))
            report = import_listings(
                session,
                clock,
                source=taken.source,
                filename=taken.filename,
                rows=_rows(taken, files),
                dry_run=dry_run,
                staff_id=taken.staff_id,
                allow_withdrawals=taken.allow_withdrawals,
                progress=progress,
                faults_kept=import_paper.ROWS_KEPT,
                changes_kept=import_paper.ROWS_KEPT,
            )
            _report(session, clock, taken, report)


def _rows(taken: Taken, files: dict[str, BinaryIO]) -> Iterator[SourceRow]:
    """The rows of the file. Read once the import asks, so that a file that cannot be read is told in its report."""
    if taken.kind is ImportKind.IPEDS:
        directory, completions, tuition = (files[role] for role in IPEDS_FILES)
        names = dict(zip(IPEDS_FILES, taken.filename.split(", "), strict=False))
        release = Release.of(**{role: names.get(role, "") for role in IPEDS_FILES})
        rows = read_ipeds(directory, completions, tuition, release)
    else:
        rows = read_table(table_of(taken.kind, files[FILE]), taken.mapping)
    yield from known_institutions(rows, taken.aliases)


def _progress(
    begin: Begin, clock: Clock, taken: Taken, files: dict[str, BinaryIO]
) -> Callable[[int, int | None], None]:
    """Writes now and then how many rows were read, and keeps the lease. Raises when it is lost or time is up."""
    counted = files["completions" if taken.kind is ImportKind.IPEDS else FILE]
    is_book = taken.kind is ImportKind.XLSX
    total = expected_rows(counted) if is_book else import_upload.line_count(counted) - 1
    stop_at, next_at = time.monotonic() + LONGEST_SECONDS, 0.0

    def tell(done: int, of: int | None) -> None:
        nonlocal next_at
        now = time.monotonic()
        if now > stop_at:
            raise Refused(Problem("file", "Reading it takes too long.", "Divide it, or import it from the shell."))
        if now < next_at and of is None:
            return
        next_at = now + PROGRESS_SECONDS
        with begin() as session:
            _hold(session, clock, taken, rows_done=done, rows_total=of or total)

    return tell


def _hold(session: Session, clock: Clock, taken: Taken, **values: Any) -> None:
    """Write into the row, and keep the lease; LeaseLost when it is somebody else's by now."""
    held = session.execute(
        update(ImportJob)
        .where(ImportJob.id == taken.id, ImportJob.lease_id == taken.lease_id)
        .values(leased_until=clock.now() + LEASE, **values)
        .returning(ImportJob.id)
        .execution_options(synchronize_session=False)
    )
    if held.first() is None:
        raise LeaseLost("Another worker took this import over.")


def _end(session: Session, clock: Clock, taken: Taken, status: ImportJobStatus, **values: Any) -> None:
    IMPORT_JOB_LIFECYCLE.check(taken.status, status)
    _hold(session, clock, taken, status=status, **values)
    session.execute(
        update(ImportJob)
        .where(ImportJob.id == taken.id)
        .values(lease_id=None, leased_until=None, attempts_made=0)
        .execution_options(synchronize_session=False)
    )


def _report(session: Session, clock: Clock, taken: Taken, report: ImportReport) -> None:
    """Write what a run found, and where the import stands now. What is published goes into the audit log as well."""
    told = report.to_json()
    told["faults"], told["changes"] = told["faults"][:FAULTS_KEPT], told["changes"][:CHANGES_KEPT]
    moved = report.added + report.changed + report.withdrawn
    values: dict[str, Any] = {
        "report": told,
        "rejects": import_paper.rejects(report.faults, report.faults_total, taken.mapping),
        "differences": import_paper.differences(report.changes, moved),
    }
    if report.dry_run or report.is_refused:
        _end(session, clock, taken, ImportJobStatus.CHECKED, **values)
    else:
        _end(session, clock, taken, ImportJobStatus.APPLIED, import_id=report.import_id, **values)
        import_upload.drop(session, taken.id)
    if not report.dry_run:
        numbers = {name: told[name] for name in _NUMBERS}
        _write_down(session, clock, taken, "imported", report.filename, before=None, after=numbers)


_NUMBERS = (
    *("source", "status", "rows_read", "added", "changed", "withdrawn", "unchanged", "refused"),
    *("catalog_version", "import_id"),
)


def _undo(begin: Begin, clock: Clock, taken: Taken) -> None:
    if taken.import_id is None:
        raise DomainError("An import that was never published cannot be undone.")
    try:
        with begin() as session:
            session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT_SECONDS}s'"))
            done = undo_import(session, clock, taken.import_id, actor=taken.actor)
            _end(session, clock, taken, ImportJobStatus.UNDONE)
            told = {"listings": done.listings, "withdrawn": done.kept_as_withdrawn, "catalog_version": done.version}
            _write_down(session, clock, taken, "undone", str(taken.import_id), before=None, after=told)
    except Refused as refusal:
        problems = [{"what": problem.what, "remedy": problem.remedy} for problem in refusal.problems]
        with begin() as session:
            _end(session, clock, taken, ImportJobStatus.APPLIED, problems=problems)


def _write_down(
    session: Session,
    clock: Clock,
    taken: Taken,
    action: str,
    object_id: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    """What a worker does for somebody stands in the log under their name; where they asked for it, with the address."""
    audit.record(
        session,
        clock,
        staff_id=taken.staff_id,
        actor=taken.actor,
        action=action,
        object_type="listing file",
        object_id=object_id,
        before=before,
        after=after,
    )
