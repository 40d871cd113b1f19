"""The import centre at size: 100,000 rows checked, published and undone by a worker; the real catalogue a year later.

The first part says how long a worker needs, against its limit, and how much memory it takes. The second makes a file of
the 6,213 real programs with 1,538 added, 659 dropped and 400 changed, and compares exports byte for byte.
"""

import hashlib
import io
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.catalog_import import listing_file
from benchmarks.table import print_table
from tests.services.test_catalog_undo import altered, file_of, real_rows
from webapp.domain.clock import SystemClock
from webapp.embedded import running_servers
from webapp.queries.catalog import export_listings
from webapp.queries.import_job import ImportJobDetail, get_import_job
from webapp.services import import_job, import_work
from webapp.services.catalog_file import write_listing_file
from webapp.services.import_work import LONGEST_SECONDS
from webapp.upgrade import upgrade_database

ROWS = 100_000


class Centre:
    """Staff and a worker on one database."""

    def __init__(self, url: str) -> None:
        self.sessions = sessionmaker(create_engine(url), expire_on_commit=False)
        self.clock = SystemClock()
        self.taken: list[list[Any]] = []

    def begin(self) -> AbstractContextManager[Session]:
        return self.sessions.begin()

    def timed(self, what: str, act: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        found = act()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.taken.append([what, f"{time.perf_counter() - began:.1f}", f"{peak:,.0f}"])
        return found

    def send(self, data: bytes, source: str) -> UUID:
        with self.begin() as session:
            return import_job.receive(
                session,
                self.clock,
                {import_job.FILE: io.BytesIO(data)},
                source=source,
                filename="bench.csv",
                staff_id=None,
                actor="benchmark",
            )

    def work(self, job_id: UUID) -> ImportJobDetail:
        import_work.run(self.begin, self.clock, job_id)
        with self.begin() as session:
            return get_import_job(session, job_id)

    def publish(self, job_id: UUID) -> ImportJobDetail:
        with self.begin() as session:
            import_job.start_apply(session, self.clock, job_id)
        return self.work(job_id)

    def undo(self, done: ImportJobDetail) -> ImportJobDetail:
        if done.import_id is None:
            raise ValueError("Nothing was published.")
        with self.begin() as session:
            job_id = import_job.start_undo(session, self.clock, done.import_id, staff_id=None, actor="benchmark")
        return self.work(job_id)

    def digest(self) -> str:
        out = io.StringIO()
        with self.begin() as session:
            write_listing_file(export_listings(session), out)
        return hashlib.sha256(out.getvalue().encode()).hexdigest()[:16]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_servers(Path(folder) / "var", broker=False) as servers:
        upgrade_database(servers.database_url)
        centre = Centre(servers.database_url)
        year = real_year(centre)
        large(centre)
    print_table("The real catalogue a year later", ("what", "figure"), year)
    print_table(
        f"{ROWS:,} rows by one worker, whose limit is {LONGEST_SECONDS:.0f} s",
        ("step", "seconds", "peak memory, MB"),
        centre.taken,
    )


def real_year(centre: Centre) -> list[list[str]]:
    rows = real_rows()
    first = centre.send(file_of(rows), "real")
    centre.work(first)
    centre.publish(first)
    before = centre.digest()
    job_id = centre.send(file_of(altered(rows, added=1538, dropped=659, changed=400)), "real")
    dry = numbers(centre.work(job_id))
    done = centre.publish(job_id)
    during = centre.digest()
    centre.undo(done)
    return [
        ["programs", f"{len(rows):,}"],
        ["dry run: added, changed, withdrawn, unchanged", dry],
        ["real run: added, changed, withdrawn, unchanged", numbers(done)],
        ["export before", before],
        ["export in between", during],
        ["export after undo", centre.digest()],
    ]


def numbers(done: ImportJobDetail) -> str:
    report = done.report or {}
    return ", ".join(f"{report[name]:,}" for name in ("added", "changed", "withdrawn", "unchanged"))


def large(centre: Centre) -> None:
    data = listing_file(ROWS)
    job_id = centre.timed(f"taking the file in ({len(data) / 1024 / 1024:.0f} MB)", lambda: centre.send(data, "large"))
    centre.timed("dry run, all new", lambda: centre.work(job_id))
    done = centre.timed("publishing, all new", lambda: centre.publish(job_id))
    changed = data.replace(b",master,", b",doctorate,", ROWS // 10)
    again = centre.send(changed, "large")
    centre.timed("dry run, a tenth changed", lambda: centre.work(again))
    other = centre.timed("publishing, a tenth changed", lambda: centre.publish(again))
    centre.timed("undoing that", lambda: centre.undo(other))
    centre.timed("undoing the first", lambda: centre.undo(done))


if __name__ == "__main__":
    main()
