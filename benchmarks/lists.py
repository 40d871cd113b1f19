"""Lists of staff at a million leads: first page, narrowed page and a page far in, with what PostgreSQL does for each.

Run: python -m benchmarks.lists [--leads 1000000] [--plans]
Per lead one student, one submission, one match, one delivery and two messages, over a year; 200 partners, 2,000
programs. Each figure is the wall time of the query with its rows made, in one session; `--plans` prints the plans.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from benchmarks.table import opened, percentile, print_table
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, MessageStatus
from webapp.embedded import running_servers
from webapp.queries.deliveries import DeliveryFilter, list_deliveries
from webapp.queries.leads import LeadFilter, list_leads
from webapp.queries.messages import MessageFilter, list_messages
from webapp.queries.submissions import SubmissionFilter, list_submissions
from webapp.upgrade import upgrade_database

LEADS, PARTNERS, PROGRAMS, ROUNDS, PAGES_IN = 1_000_000, 200, 2_000, 40, 25
DICE = "(hashint4(n::int) & 1023)"
"""A number of a row in 0..1023 that goes with nothing else about it."""

SEED = """
SET session_replication_role = replica;  -- rows that fit each other by construction need no checks
INSERT INTO partners (id, slug, legal_name, display_name, status, time_zone, contact_email)
SELECT md5('partner' || n)::uuid, 'p' || n, 'Partner ' || n || ', Inc.', 'Partner ' || n, 'live', 'America/Chicago',
       'p' || n || '@school.example'
FROM generate_series(0, {partners} - 1) n;
INSERT INTO prospects (id, email_key, email, first_name, last_name, data_hash, created_at)
SELECT md5('prospect' || n)::uuid, sha256(('key' || n % ({leads} * 9 / 10))::bytea), 's' || n || '@mail.example',
       (ARRAY['Maria', 'James', 'Ana', 'Wei', 'Omar', 'Zoë', 'Liam', 'Noor', 'Kofi', 'Ingrid'])[1 + n % 10],
       CASE WHEN n % 20 = 0 THEN 'Garcia' ELSE 'Lee' || n % 50000 END,
       sha256(('hash' || n)::bytea), now() - ({leads} - n) * interval '31.5 s'
FROM generate_series(1, {leads}) n;
INSERT INTO submissions (id, nonce, draft_id, prospect_id, profile, engine_version, weights_version, catalog_version,
                         considered, excluded, wants_mail, page, created_at)
SELECT md5('submission' || n)::uuid, 'nonce' || n, md5('draft' || n)::uuid, md5('prospect' || n)::uuid,
       '{{"goal": {{"occupation": "15-2051"}}, "practical": {{"state": "CA"}}}}', '1', '1', '1', 194, '{{}}', true,
       '/results', now() - ({leads} - n) * interval '31.5 s'
FROM generate_series(1, {leads}) n;
INSERT INTO matches (id, submission_id, program_id, rank, score, low, high, coverage, band, verdict, contributions,
                     reasons, caveats, gaps)
SELECT md5('match' || n)::uuid, md5('submission' || n)::uuid, 'program-' || n % {programs}, 1, 0.8, 0.7, 0.9, 1,
       'strong', 'eligible', '{{}}', '[]', '[]', '[]'
FROM generate_series(1, {leads}) n;
INSERT INTO leads (id, submission_id, match_id, prospect_id, partner_id, program_id, status, reason, test, channels,
                   undo_until, expires_at, delivered_at, created_at)
SELECT md5('lead' || n)::uuid, md5('submission' || n)::uuid, md5('match' || n)::uuid, md5('prospect' || n)::uuid,
       md5('partner' || (n % {partners}))::uuid, 'program-' || n % {programs},
       CASE WHEN {dice} = 0 THEN 'held_review' WHEN {dice} < 20 THEN 'failed' WHEN {dice} < 70 THEN 'rejected'
            ELSE 'delivered' END,
       'http_200', n % 100 = 0, '["email"]', now(), now(), now(), now() - ({leads} - n) * interval '31.5 s'
FROM generate_series(1, {leads}) n;
INSERT INTO deliveries (id, lead_id, channel, webhook_id, status, reason, attempts_made, created_at)
SELECT md5('delivery' || n)::uuid, md5('lead' || n)::uuid, 'webhook', 'msg_' || n,
       CASE WHEN {dice} < 20 THEN 'failed' WHEN {dice} < 70 THEN 'rejected' ELSE 'delivered' END, 'http_200', 1,
       now() - ({leads} - n) * interval '31.5 s'
FROM generate_series(1, {leads}) n;
INSERT INTO messages (id, key, message_class, template, template_version, prospect_id, submission_id, status,
                      attempts_made, created_at)
SELECT md5('message' || n || kind)::uuid, 'key:' || n || kind, kind,
       CASE kind WHEN 'matches' THEN 'matched_programs' ELSE 'introductions_opened' END, '1',
       md5('prospect' || n)::uuid, md5('submission' || n)::uuid,
       CASE WHEN {dice} < 2 THEN 'uncertain' WHEN {dice} < 12 THEN 'failed' ELSE 'handed_over' END, 1,
       now() - ({leads} - n) * interval '31.5 s'
FROM generate_series(1, {leads}) n, unnest(ARRAY['matches', 'transactional']) kind;
"""


@dataclass(frozen=True)
class Case:
    """One page of one list, asked for as its view does."""

    name: str
    ask: Callable[[Session, str | None], Any]


def cases(partner: UUID, person: bytes) -> list[Case]:
    """Every list, whole and narrowed by what is common, by what is rare, and by both of two things."""

    def leads(**wanted: Any) -> Callable[[Session, str | None], Any]:
        return lambda session, cursor: list_leads(session, LeadFilter(**wanted), cursor=cursor)

    def deliveries(**wanted: Any) -> Callable[[Session, str | None], Any]:
        return lambda session, cursor: list_deliveries(session, DeliveryFilter(**wanted), cursor=cursor)

    def messages(**wanted: Any) -> Callable[[Session, str | None], Any]:
        return lambda session, cursor: list_messages(session, MessageFilter(**wanted), cursor=cursor)

    return [
        Case("leads", leads()),
        Case("leads, delivered", leads(status=LeadStatus.DELIVERED)),
        Case("leads, held for review (1 in 1,000)", leads(status=LeadStatus.HELD_REVIEW)),
        Case("leads, withdrawn (none)", leads(status=LeadStatus.WITHDRAWN)),
        Case("leads of one partner", leads(partner_id=partner)),
        Case("leads of one partner, failed", leads(partner_id=partner, status=LeadStatus.FAILED)),
        Case("leads of one partner, held for review", leads(partner_id=partner, status=LeadStatus.HELD_REVIEW)),
        Case("leads of one program, rejected", leads(program_id="program-41", status=LeadStatus.REJECTED)),
        Case("leads of one person", leads(person=person)),
        Case("deliveries", deliveries()),
        Case("deliveries, failed", deliveries(status=DeliveryStatus.FAILED)),
        Case("deliveries of one partner", deliveries(partner_id=partner)),
        Case("deliveries of one partner, failed", deliveries(partner_id=partner, status=DeliveryStatus.FAILED)),
        Case("messages", messages()),
        Case("messages, uncertain", messages(status=MessageStatus.UNCERTAIN)),
        Case("messages, matches", messages(message_class=MessageClass.MATCHES)),
        Case(
            "messages, failed transactional",
            messages(status=MessageStatus.FAILED, message_class=MessageClass.TRANSACTIONAL),
        ),
        Case("submissions", lambda session, cursor: list_submissions(session, SubmissionFilter(), cursor=cursor)),
    ]


def seeding(leads: int) -> str:
    """The statements that fill the tables."""
    return SEED.format(leads=leads, partners=PARTNERS, programs=PROGRAMS, dice=DICE)


def seed(url: str, leads: int) -> float:
    """Fill the tables; how many seconds that took."""
    began = time.perf_counter()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in seeding(leads).split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
    return time.perf_counter() - began


def timed(session: Session, case: Case) -> list[str]:
    """The list's name, its rows, and p50 and p95 of the first page and of one far in."""
    page = case.ask(session, None)
    first, cursor = _times(lambda: case.ask(session, None)), page.on
    for _ in range(PAGES_IN):
        if cursor is None:
            break
        at, cursor = cursor, case.ask(session, cursor).on
    far = _times(lambda: case.ask(session, at)) if page.on else []
    rest = [f"{percentile(far, 50):.1f}", f"{percentile(far, 95):.1f}"] if far else ["–", "–"]
    return [case.name, str(len(page.items)), f"{percentile(first, 50):.1f}", f"{percentile(first, 95):.1f}", *rest]


def _times(ask: Callable[[], Any]) -> list[float]:
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def plan(engine: Engine, session: Session, case: Case) -> str:
    """What PostgreSQL does for the first page."""
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", keep)
    case.ask(session, None)
    event.remove(engine, "before_cursor_execute", keep)
    statement, values = asked[0]
    raw = session.connection().connection.cursor()
    raw.execute(f"EXPLAIN (COSTS OFF) {statement}", values)
    return "\n".join(line for (line,) in raw.fetchall())


def main() -> None:
    words = sys.argv[1:]
    leads = int(words[words.index("--leads") + 1]) if "--leads" in words else LEADS
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        seconds = seed(servers.database_url, leads)
        engine = create_engine(servers.database_url)
        with Session(engine) as session:
            partner = session.execute(text("SELECT md5('partner3')::uuid")).scalar_one()
            person = session.execute(text("SELECT sha256('key17'::bytea)")).scalar_one()
            asked = cases(partner, bytes(person))
            rows = [timed(session, case) for case in asked]
            plans = [(case.name, plan(engine, session, case)) for case in asked] if "--plans" in words else []
        engine.dispose()
    columns = ["list", "rows", "first p50 ms", "p95", f"{PAGES_IN} pages in p50", "p95"]
    print_table(f"Lists at {leads:,} leads (seeded in {seconds:.0f} s)", columns, rows)
    for name, told in plans:
        print(f"\n{name}\n{told}")


if __name__ == "__main__":
    main()
