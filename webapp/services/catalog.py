"""Importing listings: one file becomes what is published from its source, or nothing changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import new_id
from webapp.models import CatalogImport, ImportStatus, VersionCause
from webapp.services.catalog_clash import refuse_clashes
from webapp.services.catalog_diff import Difference, work_out
from webapp.services.catalog_publication import apply
from webapp.services.catalog_report import CHANGES_KEPT, FAULTS_KEPT, ImportReport, RowFault
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_staging import Tally, stage, staged_rows
from webapp.services.catalog_version import count_published, forget_listings, lock_catalog, new_version

Progress = Callable[[int, int | None], None]
"""Called now and then with the rows read so far and, once known, how many there are."""


@dataclass(slots=True)
class _Run:
    """What one import comes to, as far as it got before it was refused, if it was."""

    tally: Tally
    difference: Difference = field(default_factory=lambda: Difference({}, 0))
    problems: tuple[Problem, ...] = ()
    version: int | None = None


def import_listings(
    session: Session,
    clock: Clock,
    *,
    source: str,
    filename: str,
    rows: Iterable[SourceRow],
    dry_run: bool = False,
    staff_id: UUID | None = None,
    is_demo: bool = False,
    allow_withdrawals: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
    faults_kept: int = FAULTS_KEPT,
    changes_kept: int = CHANGES_KEPT,
) -> ImportReport:
    """Make `rows` what is published from `source`: add, change, publish again, withdraw what is no longer named.

    Only listings of the same `source` are touched. A refused row leaves what it would have replaced as it was. The file
    as a whole is refused, and nothing changes, when it cannot be read, when no row is good, when it would withdraw more
    than half of what `source` has published (unless `allow_withdrawals`), or with `strict` when any row is refused.

    A dry run goes the same way and is then undone: same report, nothing stays. Otherwise one `catalog_imports` row is
    written, also for a refused file, and one `catalog_versions` row if what is published changed; what was replaced is
    kept, so that `catalog_undo.undo_import` can put it back. Refusals are told in the report, not raised. Imports wait
    for each other.
    """
    began, now, import_id = perf_counter(), clock.now(), new_id()
    lock_catalog(session)
    run = _Run(Tally(faults_kept=faults_kept))
    savepoint = session.begin_nested()
    try:
        stage(session, rows, run.tally, progress)
        refuse_clashes(session, source, run.tally)
        _check_rows(session, run.tally, strict=strict)
        run.difference = work_out(session, source, run.tally, is_demo=is_demo, changes_kept=changes_kept)
        _check_withdrawals(source, run.difference, allowed=allow_withdrawals)
        run.version = new_version(session, VersionCause.IMPORT) if run.difference.moved and not dry_run else None
        apply(session, source, is_demo=is_demo, at=now, version=run.version or 0, import_id=import_id)
        count_published(session, run.version)
    except Refused as refusal:
        run.problems = refusal.problems
    (savepoint.rollback if dry_run or run.problems else savepoint.commit)()
    forget_listings(session)
    report = _report(source, filename, run, dry_run=dry_run, seconds=perf_counter() - began)
    return report if dry_run else _remember(session, report, import_id, staff_id, started_at=now)


def publish_rows(
    session: Session, clock: Clock, *, source: str, rows: Iterable[SourceRow], is_demo: bool = False
) -> int | None:
    """Publish single listings of `source`, leaving its others alone; the version made, None where nothing changed.

    Refused, with everything that is wrong, when any row is. The caller's rollback takes it back then.
    """
    lock_catalog(session)
    tally = Tally()
    stage(session, rows, tally, None)
    refuse_clashes(session, source, tally)
    if tally.faults:
        raise Refused(*(Problem(fault.column, f"It {fault.problem}.", f"{fault.remedy}.") for fault in tally.faults))
    difference = work_out(session, source, tally, is_demo=is_demo, changes_kept=0, partial=True)
    if not difference.moved:
        return None
    version = new_version(session, VersionCause.EDIT)
    apply(session, source, is_demo=is_demo, at=clock.now(), version=version, import_id=None)
    count_published(session, version)
    forget_listings(session)
    return version


def _check_rows(session: Session, tally: Tally, *, strict: bool) -> None:
    if tally.rows_read == 0:
        raise Refused(Problem("file", "It holds no listing.", "Write one row for each program below the header."))
    if staged_rows(session) == 0:
        raise Refused(Problem("file", "Every row was refused, so nothing was changed.", "Mend the rows listed."))
    if strict and tally.refused:
        raise Refused(Problem("file", f"{tally.refused} rows were refused.", "Mend them, or import without --strict."))


def _check_withdrawals(source: str, difference: Difference, *, allowed: bool) -> None:
    going, published = difference.counts.get("withdrawn", 0), difference.published_before
    if going * 2 > published and not allowed:
        raise Refused(
            Problem(
                "withdrawals",
                f"It would withdraw {going} of the {published} listings published from “{source}”.",
                "If the file is complete and this is meant, allow it (in the shell with --allow-withdrawals).",
            )
        )


def _report(source: str, filename: str, run: _Run, *, dry_run: bool, seconds: float) -> ImportReport:
    tally, problems, difference = run.tally, run.problems, run.difference
    counts = {} if problems else difference.counts
    changed = counts.get("changed", 0) + counts.get("republished", 0)
    moved = changed + counts.get("added", 0) + counts.get("withdrawn", 0)
    good = ImportStatus.APPLIED if moved else ImportStatus.UNCHANGED
    return ImportReport(
        source=source,
        filename=filename,
        status=ImportStatus.REFUSED if problems else good,
        dry_run=dry_run,
        rows_read=tally.rows_read,
        added=counts.get("added", 0),
        changed=changed,
        withdrawn=counts.get("withdrawn", 0),
        unchanged=counts.get("unchanged", 0),
        refused=tally.refused,
        refused_by=dict(tally.refused_by.most_common()),
        set_aside=dict(tally.set_aside),
        problems=problems,
        faults=tuple(sorted(tally.faults, key=lambda fault: fault.line or 0)),
        faults_total=tally.faults_total,
        changes=difference.changes,
        columns_changed=difference.columns_changed,
        new_institutions=difference.new_institutions,
        new_institutions_total=difference.new_institutions_total,
        edited_by_staff=difference.edited_by_staff,
        catalog_version=run.version,
        seconds=seconds,
    )


def _remember(
    session: Session, report: ImportReport, import_id: UUID, staff_id: UUID | None, *, started_at: datetime
) -> ImportReport:
    """Write the import down; the report with its id."""
    told = [RowFault(None, None, p.where, "", p.what, p.remedy) for p in report.problems]
    entry = CatalogImport(
        id=import_id,
        source=report.source,
        filename=report.filename,
        status=report.status,
        rows_read=report.rows_read,
        added=report.added,
        changed=report.changed,
        withdrawn=report.withdrawn,
        unchanged=report.unchanged,
        refused=report.refused,
        faults=[fault.to_json() for fault in (*told, *report.faults[:FAULTS_KEPT])],
        changes=[change.to_json() for change in report.changes[:CHANGES_KEPT]],
        catalog_version=report.catalog_version,
        staff_id=staff_id,
        started_at=started_at,
        seconds=report.seconds,
    )
    session.add(entry)
    session.flush()
    return replace(report, import_id=import_id)
