"""The report of an import, for people."""

from __future__ import annotations

from webapp.cli.output import print_table, say
from webapp.services.catalog_report import Change, ImportReport

FAULTS_SHOWN = 20
CHANGES_SHOWN = 10


def print_report(report: ImportReport) -> None:
    """Counts, why rows were refused, the first faults and the first changes."""
    heading = "Dry run, nothing was changed" if report.dry_run else f"Import of {report.filename}"
    counts = [
        (name, f"{getattr(report, name):,}") for name in ("added", "changed", "withdrawn", "unchanged", "refused")
    ]
    counts += [(f"set aside: {reason}", f"{number:,}") for reason, number in report.set_aside.items()]
    print_table(("rows", f"{report.rows_read:,} read"), counts, title=f"{heading} ({report.seconds:.1f} s)")
    if report.refused_by:
        print_table(("refused because of", "rows"), [(why, f"{n:,}") for why, n in report.refused_by.items()])
    if report.faults:
        shown = [
            (fault.line or "", fault.column, fault.value, fault.problem, fault.remedy)
            for fault in report.faults[:FAULTS_SHOWN]
        ]
        print_table(("line", "column", "value", "what is wrong", "what to do"), shown)
        _more(report.faults_total - len(shown), "faults")
    if report.changes:
        total = report.added + report.changed + report.withdrawn
        print_table(
            ("program", "name", "what", "columns"), [_change(change) for change in report.changes[:CHANGES_SHOWN]]
        )
        _more(total - min(len(report.changes), CHANGES_SHOWN), "changes")
    if report.catalog_version is not None:
        say(f"This is version {report.catalog_version} of the catalogue.")


def _more(number: int, what: str) -> None:
    if number > 0:
        say(f"... and {number:,} more {what}; --json lists more of them.")


def _change(change: Change) -> tuple[str, str, str, str]:
    told = [f"{column}: {_shown(old)} → {_shown(new)}" for column, (old, new) in change.columns.items()]
    return change.program_id, _shown(change.name), change.kind, "; ".join(told)


def _shown(value: object) -> str:
    text = "unknown" if value in (None, [], {}) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
