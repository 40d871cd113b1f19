"""Importing a listing file, against raw COPY of the same rows into the same columns.

Both write to the same embedded PostgreSQL with durable commits, in turn. The raw side is handed rows that are ready
made: it pays for nothing but the writing. What an import pays beyond it: reading and checking every cell, finding out
what differs, and writing that.
"""

import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from benchmarks.table import print_table
from webapp.domain.clock import SystemClock
from webapp.embedded import running_servers
from webapp.services.catalog import import_listings
from webapp.services.catalog_file import read_listing_file
from webapp.services.catalog_report import ImportReport
from webapp.services.catalog_staging import FACTS
from webapp.upgrade import upgrade_database

ROWS, ROUNDS = 20_000, 3
DEMO = Path(__file__).resolve().parents[1] / "webapp" / "cli" / "demo" / "catalog.csv"


@dataclass(frozen=True, slots=True)
class Bench:
    """The database and the file that is imported."""

    url: str
    file: bytes

    def run(self, *, file: bytes | None = None, dry_run: bool = False) -> ImportReport:
        """One import in its own transaction."""
        engine = create_engine(self.url)
        with Session(engine) as session, session.begin():
            report = import_listings(
                session,
                SystemClock(),
                source="bench",
                filename="bench.csv",
                rows=read_listing_file(io.BytesIO(file or self.file)),
                dry_run=dry_run,
            )
        engine.dispose()
        return report

    def empty(self) -> None:
        """Take every listing out again."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("TRUNCATE programs, institutions, catalog_imports, catalog_versions CASCADE"))
        engine.dispose()


def main() -> None:
    file = listing_file(ROWS)
    with tempfile.TemporaryDirectory() as folder, running_servers(Path(folder) / "var", broker=False) as servers:
        upgrade_database(servers.database_url)
        bench = Bench(servers.database_url, file)
        samples = measure(bench)
    raw = median(samples["raw COPY of ready rows"])
    print_table(
        f"Importing {ROWS:,} listings of {len(FACTS)} columns (median of {ROUNDS})",
        ("what", "seconds", "rows/s", "times raw COPY"),
        [
            [what, f"{median(taken):.2f}", f"{ROWS / median(taken):,.0f}", f"{median(taken) / raw:.1f}"]
            for what, taken in samples.items()
        ],
    )


def measure(bench: Bench) -> dict[str, list[float]]:
    """Seconds for each way, in turn, so that the machine's mood hits all."""
    some = bench.file.replace(b",master,", b",doctorate,", ROWS // 100)
    samples: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        bench.empty()
        _time(samples, "reading and checking alone", lambda: sum(1 for _ in read_listing_file(io.BytesIO(bench.file))))
        _time(samples, "dry run, all new", lambda: bench.run(dry_run=True))
        _time(samples, "import, all new", bench.run)
        rows = stored_rows(bench.url)
        _time(samples, "import again, nothing changed", bench.run)
        _time(samples, "import again, some changed", lambda: bench.run(file=some))
        _time(samples, "raw COPY of ready rows", lambda rows=rows: copy_rows(bench.url, rows))  # type: ignore[misc]  # bound now
    return samples


def listing_file(count: int) -> bytes:
    """The demo catalogue, many times over, under ids of its own."""
    header, *rows = DEMO.read_bytes().splitlines(keepends=True)
    return header + b"".join(
        rows[number % len(rows)].replace(b"demo-", f"bench{number}-".encode(), 1) for number in range(count)
    )


def stored_rows(url: str) -> list[tuple[Any, ...]]:
    """The rows of `programs` as the driver gives them."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        return connection.execute(_columns("SELECT {} FROM programs")).fetchall()


def copy_rows(url: str, rows: list[tuple[Any, ...]]) -> None:
    """Copy them into a table of the same columns, constraints and indexes."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS raw_programs")
        cursor.execute("CREATE TABLE raw_programs (LIKE programs INCLUDING ALL)")
        with cursor.copy(_columns("COPY raw_programs ({}) FROM STDIN")) as copy:
            for row in rows:
                copy.write_row(row)


def _columns(statement: str) -> bytes:
    names = ("id", "program_id", "institution_id", "catalog_source", "status", "digest", *FACTS)
    kept = [name for name in names if name != "fact_sources"]
    return statement.format(", ".join(kept)).encode()


def _time(samples: dict[str, list[float]], what: str, run: Callable[[], object]) -> None:
    began = time.perf_counter()
    run()
    samples.setdefault(what, []).append(time.perf_counter() - began)


if __name__ == "__main__":
    main()
