"""Every dashboard, and the staff lists, at a million leads, 100,000 listings and three million messages.

Run: python -m benchmarks.dashboards [--leads 1000000] [--listings 100000] [--plans]
Fills the tables by INSERT … SELECT generate_series over a year up to now: for each lead one student, one form with its
steps, one submission with five matches, one lead, one delivery and three messages; 200 partners with caps. Then counts
the days as the task does, and asks each page as its view does: first with no day kept, then with all but today. Add a
page to `ASKED`, as (name, how it is asked for), to have it measured with the others. `--plans` prints the plans.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from benchmarks import desk_rows, lists
from benchmarks.bulk_load import BIG, run_all, unsafely, without_indexes
from benchmarks.table import opened, percentile, print_table
from webapp.domain.clock import SystemClock
from webapp.embedded import running_servers
from webapp.queries.cap import list_cap_use
from webapp.queries.day_count import totals
from webapp.queries.demand import demand
from webapp.queries.exposure_audit import list_audits
from webapp.queries.form_funnel import form_funnel
from webapp.queries.freshness import freshness
from webapp.queries.hand_over import failure_reasons, hand_over
from webapp.queries.lead_return import reason_rates
from webapp.queries.mail_health import mail_health
from webapp.queries.partner_mix import partner_mix, program_mix
from webapp.queries.verdict_mix import verdict_mix
from webapp.server_address import with_driver
from webapp.services import day_count
from webapp.upgrade import upgrade_database

LEADS, LISTINGS, MATCHES, ROUNDS = 1_000_000, 100_000, 5, 12
NOW = datetime.now(UTC)
FIRST, LAST = NOW.date().replace(year=NOW.year - 1), NOW.date()
MORE = """
SET session_replication_role = replica;
INSERT INTO institutions (id, key, name, control, title_iv)
SELECT md5('institution' || n)::uuid, 'i' || n,
       (ARRAY['Larkspur', 'Brambleford', 'Greywillow', 'Thistlecombe', 'Pellworth'])[1 + n % 5] || ' ' || n
       || CASE WHEN n % 3 = 0 THEN ' College' ELSE ' University' END, 'public', true FROM generate_series(0, 5999) n;
INSERT INTO programs (id, program_id, institution_id, catalog_source, status, digest, name, credential, cip, modality,
                      state, verified_on, source)
SELECT md5('program' || n)::uuid, 'program-' || n, md5('institution' || n % 6000)::uuid, 'source-' || n % 4,
       CASE WHEN n % 20 = 0 THEN 'withdrawn' ELSE 'published' END, sha256(n::text::bytea),
       (ARRAY['Master of Science in Data Science', 'Machine Learning Bootcamp', 'Bachelor of Computer Science',
              'Graduate Certificate in Statistics', 'Doctor of Philosophy in Artificial Intelligence'])[1 + n % 5]
       || ' ' || n % 700,
       (ARRAY['bachelor', 'master', 'graduate_certificate', 'bootcamp'])[1 + n % 4],
       (ARRAY['11.0701', '30.7001', '27.0501', '14.0901', '52.1301'])[1 + n % 5], ARRAY['online'],
       (ARRAY['CA', 'NY', 'TX', 'WA'])[1 + n % 4], current_date - n % 900, 'Test'
FROM generate_series(0, {listings} - 1) n;
INSERT INTO drafts (id, token_hash, results_hash, answers, completed_at, created_at, expires_at)
SELECT md5('draft' || n)::uuid, sha256(('t' || n)::bytea), sha256(('r' || n)::bytea), '{{}}',
       created_at - interval '1 min', created_at - interval '9 min', created_at + interval '90 days'
FROM generate_series(1, {leads}) n JOIN submissions ON submissions.nonce = 'nonce' || n;
INSERT INTO draft_steps (draft_id, step, shown_at, saved_at, saved_last_at, saves)
SELECT id, step, created_at + place * interval '40 s',
       CASE WHEN place < 5 OR ascii(right(id::text, 1)) % 7 > 0 THEN created_at + place * interval '60 s' END, NULL, 1
FROM drafts, unnest(ARRAY['age', 'goal', 'background', 'subjects', 'practicalities', 'priorities'])
     WITH ORDINALITY s(step, place);
INSERT INTO matches (id, submission_id, program_id, rank, score, low, high, coverage, band, verdict, contributions,
                     reasons, caveats, gaps)
SELECT gen_random_uuid(), md5('submission' || n)::uuid, 'program-' || (n * 7 + place * 101) % {listings}, place, 0.7,
       0.6, 0.8, 1, 'good', (ARRAY['eligible', 'likely', 'conditional', 'not_yet', 'unknown'])[1 + (n + place) % 5],
       '{{}}', '[]', '[]', '[]'
FROM generate_series(1, {leads}) n, generate_series(2, {matches}) place
WHERE (n * 7 + place * 101) % {listings} <> n % {programs};
UPDATE leads SET delivered_at = NULL WHERE status <> 'delivered';
UPDATE leads SET undo_until = created_at + interval '10 min',
                 delivered_at = created_at + interval '10 min'
                                + (hashint4(ascii(right(id::text, 1))) & 1023) * interval '2 s'
WHERE status = 'delivered';
UPDATE messages SET handed_over_at = created_at + interval '20 s',
                    status = CASE WHEN hashtext(key) & 2047 = 0 THEN 'complained'
                                  WHEN hashtext(key) & 127 = 1 THEN 'bounced' ELSE status END;
INSERT INTO messages (id, key, message_class, template, template_version, prospect_id, submission_id, status,
                      attempts_made, handed_over_at, created_at)
SELECT gen_random_uuid(), 'third:' || n, 'contact_question', 'contact_question', '1', md5('prospect' || n)::uuid,
       md5('submission' || n)::uuid, 'handed_over', 1, created_at + interval '7 days', created_at + interval '7 days'
FROM generate_series(1, {leads}) n JOIN submissions ON submissions.nonce = 'nonce' || n;
INSERT INTO caps (id, partner_id, period, measure, most, when_full)
SELECT gen_random_uuid(), id, period, 'count', 200, 'hold' FROM partners, unnest(ARRAY['day', 'month']) period;
INSERT INTO lead_returns (id, lead_id, partner_id, reason, status, requested_at, requested_by, decided_at)
SELECT gen_random_uuid(), id, partner_id,
       (ARRAY['bad_contact', 'wrong_person', 'outside_criteria', 'other'])[1 + ascii(right(id::text, 1)) % 4],
       'approved', created_at + interval '1 day', 'a', created_at + interval '2 days'
FROM leads WHERE right(id::text, 2) = '00';
TRUNCATE stale_days;
"""
Ask = Callable[[Session], Any]


def asked(partner: UUID) -> dict[str, Ask]:
    """Every dashboard over twelve months, by its name."""
    return {
        "form": lambda s: form_funnel(s, FIRST, LAST, NOW),
        "verdicts": lambda s: verdict_mix(s, FIRST, LAST, NOW),
        "demand": lambda s: demand(s, FIRST, LAST, NOW),
        "partners": lambda s: partner_mix(s, FIRST, LAST, NOW),
        "partners, programs of one": lambda s: program_mix(s, partner, FIRST, LAST),
        "caps": lambda s: list_cap_use(s, NOW),
        "deliveries": lambda s: (hand_over(s, FIRST, LAST, NOW), failure_reasons(s, FIRST, LAST)),
        "returns": lambda s: reason_rates(s, since=datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)),
        "mail": lambda s: mail_health(s, FIRST, LAST, NOW),
        "exposure": lambda s: list_audits(s, FIRST, LAST),
        "freshness": lambda s: freshness(s, LAST),
    }


def listed(partner: UUID, person: bytes) -> dict[str, Ask]:
    """The lists of staff, first page each, whole and narrowed."""
    return {f"list: {case.name}": _first_page(case) for case in lists.cases(partner, person)}


def _first_page(case: lists.Case) -> Ask:
    return lambda session: case.ask(session, None)


ASKED: dict[str, Ask] = {}
"""What else is to be measured; others add to it before `main`."""


def seed(url: str, leads: int, listings: int) -> float:
    """Fill the tables; the seconds that it took."""
    began = time.perf_counter()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection, unsafely(connection):
        with without_indexes(connection, BIG):
            run_all(connection, lists.seeding(leads))
            run_all(connection, MORE.format(leads=leads, listings=listings, matches=MATCHES, programs=lists.PROGRAMS))
        add_rest(connection, leads, listings)
        connection.execute("VACUUM ANALYZE")
    return time.perf_counter() - began


def add_rest(connection: "psycopg.Connection[Any]", leads: int, listings: int) -> None:
    """Fill the tables that only lists of staff read."""
    with without_indexes(connection, desk_rows.BIG):
        run_all(connection, desk_rows.REST.format(leads=leads, listings=listings))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--listings", type=int, default=LISTINGS)
    parser.add_argument("--plans", action="store_true", help="print the plan of each statement")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="seed there when it is empty, else use what is there"
    )
    parser.add_argument("--seed-only", action="store_true", help="fill the database and end")
    wanted = parser.parse_args()
    with filled_database(wanted.keep, wanted.leads, wanted.listings) as url:
        if wanted.seed_only:
            return
        engine = create_engine(with_driver(url))
        with Session(engine) as session:
            partner = session.execute(text("SELECT md5('partner3')::uuid")).scalar_one()
            person = bytes(session.execute(text("SELECT sha256('key17'::bytea)")).scalar_one())
        boards = asked(partner)
        raw = {} if _is_counted(engine) else {name: _times(engine, ask, 1)[0] for name, ask in boards.items()}
        count_days(engine)
        rows = [
            _row(engine, name, ask, raw.get(name))
            for name, ask in {**boards, **listed(partner, person), **ASKED}.items()
        ]
        title = f"Pages at {wanted.leads:,} leads, {wanted.listings:,} listings, {3 * wanted.leads:,} messages, ms"
        print_table(title, ["page", "no day kept", "p50", "p95"], rows)
        if wanted.plans:
            for name, ask in boards.items():
                _explain(engine, name, ask)
        _compare(engine)
        engine.dispose()


@contextmanager
def filled_database(kept: Path | None, leads: int, listings: int) -> Iterator[str]:
    """The address of a database with all rows in it: in a folder that stays, or in one for this run alone."""
    with _folder(kept) as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        if not (Path(folder) / "seeded").exists():
            seconds = seed(servers.database_url, leads, listings)
            (Path(folder) / "seeded").touch()
            print(f"Seeded in {seconds:.0f} s", flush=True)
        yield servers.database_url


def count_days(engine: Engine) -> None:
    """Count every day that can be, as the task does."""
    began = time.perf_counter()
    days, run = 0, 1
    while run:
        run = day_count.keep(_transactions(engine), SystemClock())
        days += run
    took = time.perf_counter() - began
    print(f"Counted {days} days of {len(day_count.TOPICS)} topics in {took:.0f} s", flush=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if days:
            connection.execute(text("VACUUM ANALYZE day_counts"))
        kept = connection.execute(text("SELECT topic, count(*) FROM day_counts GROUP BY 1 ORDER BY 1")).all()
    print("Rows kept:", ", ".join(f"{topic} {number:,}" for topic, number in kept))


def _is_counted(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1 FROM counted_days LIMIT 1")).first() is not None


@contextmanager
def _folder(kept: Path | None) -> Iterator[str]:
    """A folder that stays, or one for this run alone."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield str(kept)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def _compare(engine: Engine) -> None:
    """What is kept is what the rows say."""
    with Session(engine) as session:
        for topic in day_count.TOPICS:
            kept = totals(session, topic, FIRST, LAST, NOW)
            counted: dict[tuple[str, ...], int] = {}
            days = [FIRST.fromordinal(number) for number in range(FIRST.toordinal(), LAST.toordinal() + 1)]
            for _, keys, number in session.execute(topic.rows(topic.window(days))):
                counted[tuple(keys)] = counted.get(tuple(keys), 0) + number
            print(f"{topic.name}: {sum(kept.values()):,} counted, the same as the rows: {kept == counted}")


def _row(engine: Engine, name: str, ask: Ask, raw: float | None) -> list[str]:
    took = _times(engine, ask, ROUNDS)
    return [
        name,
        f"{raw:.0f}" if raw is not None else "–",
        f"{percentile(took, 50):.0f}",
        f"{percentile(took, 95):.0f}",
    ]


def _times(engine: Engine, ask: Ask, rounds: int) -> list[float]:
    took = []
    with Session(engine) as session:
        for _ in range(rounds):
            began = time.perf_counter()
            ask(session)
            took.append((time.perf_counter() - began) * 1000)
    return took


def _transactions(engine: Engine) -> Callable[[], Any]:
    @contextmanager
    def begin() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    return begin


def _explain(engine: Engine, name: str, ask: Ask) -> None:
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
            print(f"\n{name}\n" + "\n".join(row[0] for row in told))


if __name__ == "__main__":
    main()
