"""The engine against PostgreSQL and against a loop over ORM objects: the same question, the same ten programs.

Run: python -m benchmarks.matching.against [--million | --only SIZE]
One thread each; CPU time, of the asking thread and of the PostgreSQL process together. The engine gives the whole
ranking with reasons as JSON; PostgreSQL and the loop give ten ids.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded: one thread, as in a web process

import gc
import sys
import tempfile

import numpy as np
import psycopg
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks.matching.catalogue import Tiled
from benchmarks.matching.formula import Item, Question, Relation, Table, texts_of
from benchmarks.matching.rank import columns_of, plain_pass
from benchmarks.matching.timing import Timing, timed
from benchmarks.table import opened, print_table
from webapp.embedded import running_servers
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.matching.context import Context
from webapp.matching.criteria.goal import way
from webapp.matching.limits import within_limits
from webapp.matching.ranking import best_of
from webapp.matching.student import Student

SIZES, MILLION = (6_213, 100_000), 1_000_000
PLAIN, AT_ONCE = "a plain pass over the same bytes", 10_000
SEQUENTIAL = ("indexscan", "indexonlyscan", "bitmapscan")
INDEXED = ("seqscan",)


def fill(url: str, catalog: Catalog) -> None:
    """Fill the table of programs, index it for the question with limits, and let PostgreSQL look at it."""
    engine = create_engine(url)
    Table.metadata.drop_all(engine)
    Table.metadata.create_all(engine)
    engine.dispose()
    with psycopg.connect(_plain(url), autocommit=True) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY item FROM STDIN") as copy:
            for lines in texts_of(catalog):
                copy.write(lines)
        rest = "cip, modality, pace, authorized, months, verified, tie, row"
        cursor.execute(f"CREATE INDEX ON item (credential, tuition) INCLUDE ({rest})")
        cursor.execute("VACUUM ANALYZE item")


def ask(url: str, catalog: Catalog, question: Question) -> None:
    """Fill the two small tables that hold what the student's wishes make of fields and credentials."""
    with psycopg.connect(_plain(url), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE relation, level")
        cursor.executemany("INSERT INTO relation VALUES (%s, %s)", list(enumerate(_strengths(catalog, question))))
        cursor.executemany("INSERT INTO level VALUES (%s, %s)", list(enumerate(question.worth)))
        cursor.execute("ANALYZE relation, level")


def _strengths(catalog: Catalog, question: Question) -> list[float]:
    """How far each field leads to the job: in this catalogue it decides the name, and so the topics told."""
    context = Context(Student(question.profile, DEFAULT_WEIGHTS), catalog, catalog.as_of)
    occupation = context.student.occupation
    assert occupation is not None
    rows = way(context, occupation, slice(None))
    found = np.zeros(len(catalog.cips))
    found[catalog.cip] = rows
    assert (found[catalog.cip] == rows).all(), "programs of one field tell different topics"
    return list(found.tolist())


def by_sql(connection: psycopg.Connection, question: Question) -> list[int]:
    """The rows of the ten best, by PostgreSQL."""
    return [row for (row,) in connection.execute(question.sql, question.numbers, prepare=True)]


def by_loop(session: Session, question: Question) -> list[int]:
    """The rows of the ten best, by loading every item and sorting."""
    strength = {relation.cip: relation.strength for relation in session.scalars(select(Relation))}
    items = session.scalars(select(Item).execution_options(yield_per=AT_ONCE))
    keyed = [(question.key(item, strength), item.row) for item in items]
    session.expunge_all()
    return [row for _, row in sorted((key, row) for key, row in keyed if key is not None)[:10]]


def by_engine(catalog: Catalog, question: Question) -> list[int]:
    """The rows of the ten best, by the engine, before the rule on variety moves any."""
    context = Context(Student(question.profile, DEFAULT_WEIGHTS), catalog, catalog.as_of)
    places = best_of(context, within_limits(context)[0], 100, b"").places
    return [place.row for place in sorted(places, key=lambda place: place.raw)[:10]]


def compare(url: str, catalog: Catalog, question: Question) -> list[tuple[str, Timing]]:
    """Assert that all ways give the same ten, and time them."""
    ask(url, catalog, question)
    expected = by_engine(catalog, question)
    full = timed(lambda: rank(question.profile, catalog, DEFAULT_WEIGHTS, counterfactuals=False).to_json())
    columns = columns_of(catalog)
    found = [("engine, with reasons", full), (PLAIN, timed(lambda: plain_pass(columns)))]
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        backend = connection.info.backend_pid
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.execute("SET jit = off")
        for name, off in (("PostgreSQL, sequential", SEQUENTIAL), ("PostgreSQL, indexed", INDEXED)):
            if off is INDEXED and not question.limits:
                continue
            for scan in {*SEQUENTIAL, *INDEXED}:
                connection.execute(f"SET enable_{scan} = {'off' if scan in off else 'on'}")
            assert by_sql(connection, question) == expected, name
            found.append((name, timed(lambda: by_sql(connection, question), backend=backend)))
    engine = create_engine(url)
    with Session(engine) as session:
        backend = session.execute(select(func.pg_backend_pid())).scalar_one()
        assert by_loop(session, question) == expected, "loop"
        found.append(("ORM and a Python loop", timed(lambda: by_loop(session, question), backend=backend)))
    engine.dispose()
    return found


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def main() -> None:
    sizes: tuple[int, ...] = (*SIZES, MILLION) if "--million" in sys.argv[1:] else SIZES
    if "--only" in sys.argv[1:]:
        sizes = (int(sys.argv[sys.argv.index("--only") + 1]),)
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        rows = []
        for size in sizes:
            catalog = Tiled(size).catalog()
            gc.collect()
            gc.freeze()  # as a process does that has loaded its catalogue
            fill(servers.database_url, catalog)
            held = sum(column.nbytes for column in columns_of(catalog)) / size
            for question in (Question(limits=False), Question(limits=True)):
                found = compare(servers.database_url, catalog, question)
                ours = found[0][1].p50
                asked = "hard limits" if question.limits else "all scored"
                rows += [
                    [
                        f"{size:,} {asked}: {name}",
                        f"{t.p50:,.2f}",
                        f"{t.p95:,.2f}",
                        f"{t.p50 / ours:,.2f}",
                        str(t.runs),
                        f"{held:.0f}" if name in (PLAIN, found[0][0]) else "",
                    ]
                    for name, t in found
                ]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    columns = ["way", "p50 CPU ms", "p95", "x engine", "runs", "bytes each"]
    print_table(f"The best ten, the same by every way (load {load})", columns, rows)


if __name__ == "__main__":
    main()
