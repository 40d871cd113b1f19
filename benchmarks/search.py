"""The search box and the queues of staff over a million leads, 100,000 listings and three million messages.

The 95th percentile of each, with `--plans` how the database reads them. `--leads` for fewer.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session

from benchmarks import lists
from benchmarks.table import opened, percentile, print_table
from webapp.domain.search_words import SearchWords
from webapp.domain.staff_queue import StaffQueue
from webapp.embedded import running_servers
from webapp.queries.programs import Wanted, list_programs
from webapp.queries.search import find_by_id, search
from webapp.queries.staff_queue import count_queues, find_next, find_place
from webapp.server_address import with_driver
from webapp.upgrade import upgrade_database

LEADS, LISTINGS, ROUNDS, TARGET = 1_000_000, 100_000, 20, 300
MORE = f"""
INSERT INTO institutions (id, key, name)
SELECT md5('institution' || n)::uuid, 'key' || n,
       (ARRAY['Larkspur', 'Brambleford', 'Greywillow', 'Thistlecombe', 'Pellworth'])[1 + n % 5] || ' ' || n
       || CASE WHEN n % 3 = 0 THEN ' College' ELSE ' University' END
FROM generate_series(1, 6000) n;
INSERT INTO programs (id, program_id, institution_id, catalog_source, status, digest, name, credential, cip)
SELECT md5('listing' || n)::uuid, 'listing-' || n, md5('institution' || (1 + n % 6000))::uuid, 'csv',
       CASE WHEN n % 50 = 0 THEN 'withdrawn' ELSE 'published' END, sha256(n::text::bytea),
       (ARRAY['Master of Science in Data Science', 'Machine Learning Bootcamp', 'Bachelor of Computer Science',
              'Graduate Certificate in Statistics', 'Doctor of Philosophy in Artificial Intelligence'])[1 + n % 5]
       || ' ' || n % 700, 'master', '30.7001'
FROM generate_series(1, {LISTINGS}) n;
INSERT INTO messages (id, key, message_class, template, template_version, prospect_id, submission_id, status,
                      attempts_made, created_at)
SELECT md5('third' || id)::uuid, 'third:' || id, 'transactional', 'introduction_update', '1', prospect_id, id,
       'handed_over', 1, created_at FROM submissions;
UPDATE leads SET reason = (ARRAY['details_doubtful', 'duplicate_in_window', 'filter_unknown'])
                          [1 + ascii(right(id::text, 1)) % 3]
WHERE status = 'held_review';
UPDATE leads SET expires_at = now() + interval '20 days'
WHERE status = 'failed' AND created_at > now() - interval '30 days'
"""
Ask = Callable[[Session], Any]


def asks(one: dict[str, str], now: datetime) -> dict[str, Ask]:
    """What is asked, by its words."""

    def box(words: str, key: bytes | None = None) -> Ask:
        return lambda session: search(session, SearchWords(words), email_key=key, sees_people=True)

    return {
        "a lead by its id": lambda session: find_by_id(session, SearchWords(one["lead"])),
        "a delivery by its webhook-id": lambda session: find_by_id(session, SearchWords("msg_77")),
        "an e-mail address": box("s17@mail.example", bytes.fromhex(one["key"])),
        "a phone number": box("+14155550134"),
        "a rare name (20 people)": box("lee4711"),
        "first and last name": box("ana lee4712"),
        "a frequent name (100,000 people)": box("maria"),
        "two frequent names (50,000)": box("maria garcia"),
        "two letters (100,000 people)": box("zo"),
        "nobody": box("zzzyyy"),
        "an institution": box("larkspur 1205"),
        "a frequent word of listings (66,000)": box("university"),
        "words across name and institution": box("data science larkspur university"),
        "the queues in the navigation": lambda session: count_queues(session, now),
        "a place in a queue": lambda session: _place(session, now),
        "programs, first page": lambda session: _programs(session),
        "programs with a frequent word": lambda session: _programs(session, "data"),
        "programs with a rare word": lambda session: _programs(session, "Thistlecombe 4003"),
    }


def _programs(session: Session, text: str | None = None) -> Any:
    return list_programs(session, Wanted(text=text), cursor=None, today=date(2026, 11, 28), stale_days=365)


def _place(session: Session, now: datetime) -> Any:
    first = find_next(session, StaffQueue.CAUTION, UUID(int=0), now)
    return find_place(session, StaffQueue.CAUTION, first, now) if first else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--plans", action="store_true", help="print the plan of each statement")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        url = with_driver(servers.database_url)
        seconds = lists.seed(servers.database_url, asked.leads)
        with psycopg.connect(servers.database_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in MORE.split(";\n"):
                connection.execute(statement)
            connection.execute("VACUUM ANALYZE")
        engine = create_engine(url)
        with Session(engine) as session:
            lead = session.execute(text("SELECT id::text FROM leads LIMIT 1 OFFSET 99")).scalar_one()
            key = session.execute(text("SELECT encode(sha256('key17'::bytea), 'hex')")).scalar_one()
        rows = []
        for name, ask in asks({"lead": lead, "key": key}, datetime.now(UTC)).items():
            with Session(engine) as session:
                ask(session)
                took = sorted(_milliseconds(ask, session) for _ in range(ROUNDS))
            p95 = percentile(took, 95)
            rows.append(
                [
                    name,
                    *(f"{each:.1f}" for each in (took[0], percentile(took, 50), p95)),
                    "" if p95 <= TARGET else "SLOW",
                ]
            )
            if asked.plans:
                _explain(engine, name, ask)
        engine.dispose()
    columns = ["what", "best ms", "median", "p95", f"over {TARGET}"]
    print_table(f"Searching {asked.leads:,} leads (seeded in {seconds:.0f} s)", columns, rows)


def _milliseconds(ask: Ask, session: Session) -> float:
    started = time.perf_counter()
    ask(session)
    return (time.perf_counter() - started) * 1000


def _explain(engine: Any, name: str, ask: Ask) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with Session(engine) as session:
        ask(session)
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement, parameters in seen:
            told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", parameters)
            print(f"\n{name}")
            print("\n".join(row[0] for row in told))


if __name__ == "__main__":
    main()
