"""`program-match catalog`: listings in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO, cast
from uuid import UUID

import click

from webapp.cli.faults import Told, told
from webapp.cli.import_report import print_report
from webapp.cli.output import counting, print_json, print_table, say
from webapp.cli.runtime import open_runtime
from webapp.queries.catalog import export_listings, source_counts
from webapp.queries.past_import import find_last_applied
from webapp.services import audit
from webapp.services.audit import COMMAND_LINE
from webapp.services.catalog import import_listings
from webapp.services.catalog_file import read_listing_file, write_listing_file
from webapp.services.catalog_ipeds import Release, read_ipeds
from webapp.services.catalog_lines import MAX_BYTES
from webapp.services.catalog_report import ImportReport
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_undo import undo_import

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_Open = Callable[[ExitStack], Iterator[SourceRow]]


@click.group("catalog")
def catalog() -> None:
    """Import and export listings."""


@catalog.command("import")
@click.argument("file", type=_FILE, required=False)
@click.option("--source", type=click.Choice(["csv", "ipeds"]), default="csv", show_default=True)
@click.option("--name", help="csv: whose listings these are; each name has its own. [default: the one without a name]")
@click.option("--directory", type=_FILE, help="ipeds: the HD file.")
@click.option("--completions", type=_FILE, help="ipeds: the C_A file.")
@click.option("--tuition", type=_FILE, help="ipeds: the IC_AY file.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Refuse the file when any row is refused.")
@click.option("--allow-withdrawals", is_flag=True, help="Allow a file that drops more than half of what is published.")
@click.option("--max-mb", type=click.IntRange(1), default=MAX_BYTES // 1024 // 1024, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(
    file: Path | None,
    source: str,
    name: str | None,
    directory: Path | None,
    completions: Path | None,
    tuition: Path | None,
    dry_run: bool,
    strict: bool,
    allow_withdrawals: bool,
    max_mb: int,
    as_json: bool,
) -> None:
    """Import a listing file, or the US government's own files.

    \b
      program-match catalog import listings.csv
      program-match catalog import --source ipeds --directory HD --completions C_A --tuition IC_AY

    The file is the whole of what its source publishes: what it no longer names is withdrawn. A refused row leaves what
    it would have replaced. Exit code 1 when the file is refused.
    """
    limit = max_mb * 1024 * 1024
    if source == "csv":
        key, filename, rows = _csv(file, name, (directory, completions, tuition), limit)
    else:
        key, filename, rows = _ipeds(file, name, directory, completions, tuition, limit)
    report = _import(key, filename, rows, dry_run=dry_run, strict=strict, allow_withdrawals=allow_withdrawals)
    if as_json:
        print_json(report.to_json())
    else:
        print_report(report)
    if report.is_refused:
        raise told(report.problems, "The file was refused and nothing was changed:")


@catalog.command("export")
@click.option("--output", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default=Path("-"))
@click.option("--source", help="Only the listings of this source, as `catalog sources` names it.")
def export(output: Path, source: str | None) -> None:
    """Write what is published as a listing file, to standard output unless --output names a file.

    Text that a spreadsheet would run as a formula has an apostrophe before it, which the import takes off again.
    """
    with open_runtime() as runtime, runtime.begin() as session:
        if source is not None and source not in (known := [each.source for each in source_counts(session)]):
            raise Told(f"There is no source “{source}”.", [f"There are: {', '.join(known) or 'none yet'}."])
        with click.open_file(str(output), "w", encoding="utf-8", atomic=str(output) != "-") as stream:
            written = write_listing_file(export_listings(session, source), cast(TextIO, stream))
    click.echo(f"{written} listings written.", err=True)


@catalog.command("undo")
@click.argument("import_id", type=click.UUID, required=False)
def undo(import_id: UUID | None) -> None:
    """Undo an import as one step: the one of IMPORT_ID, or the last.

    Refused when something later touched the same listings; it says what. Exit code 1 then.
    """
    with open_runtime() as runtime, runtime.begin() as session:
        last = find_last_applied(session) if import_id is None else None
        wanted = import_id or (last.id if last else None)
        if wanted is None:
            raise Told("There is no import to undo.")
        done = undo_import(session, runtime.clock, wanted, actor=COMMAND_LINE)
        audit.record(
            session,
            runtime.clock,
            staff_id=None,
            actor=COMMAND_LINE,
            action="catalog.undo",
            object_type="catalog_import",
            object_id=str(wanted),
            after={"listings": done.listings, "catalog_version": done.version},
        )
    what = f" of {last.filename}" if last else ""
    say(f"Undone: the import{what}, {done.listings:,} listings. This is version {done.version} of the catalogue.")


@catalog.command("sources")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sources(as_json: bool) -> None:
    """List where listings come from, and how many."""
    with open_runtime() as runtime, runtime.begin() as session:
        rows = source_counts(session)
    if as_json:
        names = ("source", "published", "withdrawn", "is_demo")
        print_json([{name: getattr(row, name) for name in names} for row in rows])
    else:
        cells = [(row.source, row.published, row.withdrawn, "yes" if row.is_demo else "") for row in rows]
        print_table(("source", "published", "withdrawn", "demo"), cells)


def _csv(file: Path | None, name: str | None, others: tuple[Path | None, ...], limit: int) -> tuple[str, str, _Open]:
    if file is None:
        raise click.UsageError("Name the listing FILE to import.")
    if any(others):
        raise click.UsageError("--directory, --completions and --tuition go with --source ipeds.")

    def rows(stack: ExitStack) -> Iterator[SourceRow]:
        return read_listing_file(stack.enter_context(file.open("rb")), max_bytes=limit)

    return f"csv:{name}" if name else "csv", file.name, rows


def _ipeds(
    file: Path | None,
    name: str | None,
    directory: Path | None,
    completions: Path | None,
    tuition: Path | None,
    limit: int,
) -> tuple[str, str, _Open]:
    if directory is None or completions is None or tuition is None:
        raise click.UsageError("--source ipeds needs --directory HD --completions C_A --tuition IC_AY.")
    if file is not None or name is not None:
        raise click.UsageError("With --source ipeds, give neither FILE nor --name.")
    release = Release.of(directory=directory.name, completions=completions.name, tuition=tuition.name)
    paths = (directory, completions, tuition)

    def rows(stack: ExitStack) -> Iterator[SourceRow]:
        opened = [stack.enter_context(path.open("rb")) for path in paths]
        return read_ipeds(opened[0], opened[1], opened[2], release, max_bytes=limit)

    return "ipeds", ", ".join(path.name for path in paths), rows


def _import(
    key: str, filename: str, rows: _Open, *, dry_run: bool, strict: bool, allow_withdrawals: bool
) -> ImportReport:
    with ExitStack() as stack, open_runtime() as runtime, runtime.begin() as session, counting(filename) as tick:
        report = import_listings(
            session,
            runtime.clock,
            source=key,
            filename=filename,
            rows=rows(stack),
            dry_run=dry_run,
            strict=strict,
            allow_withdrawals=allow_withdrawals,
            progress=tick,
        )
        if not dry_run:
            audit.record(
                session,
                runtime.clock,
                staff_id=None,
                actor=COMMAND_LINE,
                action="catalog.import",
                object_type="catalog_import",
                object_id=str(report.import_id),
                after={"source": key, "filename": filename, "status": report.status.value},
            )
    return report
