"""A partner's pages over a million leads of its own: the 95th percentile of each, and how the database reads them."""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session

from benchmarks.table import opened, percentile, print_table
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.funnel import FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.embedded import running_servers
from webapp.queries.funnel_pace import funnel_pace
from webapp.queries.partner_analytics import get_partner_analytics
from webapp.queries.partner_delivery import PartnerDeliveryFilter, list_partner_deliveries
from webapp.queries.partner_leads import PartnerLeadFilter, export_partner_leads, list_partner_leads
from webapp.queries.partner_overview import get_partner_overview
from webapp.queries.performance import performance
from webapp.server_address import with_driver
from webapp.upgrade import upgrade_database

LEADS, ROUNDS = 1_000_000, 20
SPAN = timedelta(days=366)
PARTNER = UUID("01890000-0000-7000-8000-000000000001")
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
FILL = (
    # Foreign keys to what these pages do not read are left unfilled; what they join is there in full.
    "SET session_replication_role = replica",
    (
        "INSERT INTO partners (id, slug, legal_name, display_name, status, time_zone, contact_email)"
        " VALUES (:partner, 'big', 'Big', 'Big', 'live', 'America/New_York', 'a@b.example')"
    ),
    (
        "INSERT INTO prospects (id, email_key, email, first_name, last_name, data_hash)"
        " SELECT gen_random_uuid(), sha256(n::text::bytea), 'a@b.example', 'Ana', 'Silva', sha256(('x' || n)::bytea)"
        " FROM generate_series(1, :leads) n"
    ),
    (
        "INSERT INTO submissions (id, nonce, draft_id, prospect_id, profile, engine_version, weights_version,"
        " catalog_version, considered, excluded, wants_mail, page)"
        " SELECT id, id::text, id, id, '{\"practical\": {\"state\": \"CA\"}}', '1', '1', '1', 1, '{}', false, '/'"
        " FROM prospects"
    ),
    (
        "INSERT INTO leads (id, submission_id, match_id, prospect_id, partner_id, program_id, status, reason, test,"
        " channels, undo_until, delivered_at, expires_at, created_at, first_look_at)"
        " SELECT gen_random_uuid(), p.id, gen_random_uuid(), p.id, :partner, 'program-' || (n % 40),"
        " CASE WHEN n % 5000 = 0 THEN 'failed' WHEN n % 997 = 0 THEN 'held_cap' WHEN n % 50 = 0 THEN 'withdrawn'"
        " WHEN n % 11 = 0 THEN 'duplicate_at_partner' WHEN n % 13 = 0 THEN 'rejected' ELSE 'delivered' END,"
        " 'http_200', n % 20000 = 0, '[\"email\"]', at, at, at + interval '30 days', at,"
        " CASE WHEN at < CAST(:now AS timestamptz) - interval '6 hours' THEN at + interval '2 hours' END"
        " FROM (SELECT id, row_number() OVER () AS n FROM prospects) p,"
        " LATERAL (SELECT CAST(:now AS timestamptz) - n * interval '31 seconds' AS at) t"
    ),
    (
        "INSERT INTO deliveries (id, lead_id, channel, webhook_id, status, attempts_made, created_at)"
        " SELECT gen_random_uuid(), id, 'webhook', 'msg_' || id,"
        " CASE status WHEN 'failed' THEN 'failed' WHEN 'rejected' THEN 'rejected' WHEN 'held_cap' THEN 'waiting'"
        " WHEN 'duplicate_at_partner' THEN 'duplicate' ELSE 'delivered' END,"
        " CASE status WHEN 'held_cap' THEN 0 ELSE 1 END, created_at FROM leads"
    ),
    (
        "INSERT INTO partner_notices (id, lead_id, partner_id, kind, webhook_id, status)"
        " SELECT gen_random_uuid(), id, :partner, 'withdrawn', 'n_' || id, 'told' FROM leads"
        " WHERE status = 'withdrawn'"
    ),
    (
        "INSERT INTO audit_entries (id, at, partner_id, actor, action, object_type, object_id)"
        " SELECT gen_random_uuid(), delivered_at + interval '2 hours', :partner, 'a', 'viewed', 'lead', id::text"
        " FROM leads WHERE status = 'delivered' AND created_at < CAST(:now AS timestamptz) - interval '6 hours'"
    ),
    ("UPDATE leads SET first_look_at = NULL WHERE first_look_at IS NOT NULL AND status <> 'delivered'"),
    (
        "INSERT INTO funnel_standings (lead_id, status, contacted_on, applied_on)"
        " SELECT id, CASE WHEN ascii(right(id::text, 1)) % 9 = 0 THEN 'applied' ELSE 'contacted' END,"
        " delivered_at::date + 1, CASE WHEN ascii(right(id::text, 1)) % 9 = 0 THEN delivered_at::date + 5 END"
        " FROM leads WHERE status = 'delivered' AND ascii(right(id::text, 1)) % 3 = 0"
    ),
    (
        "INSERT INTO lead_charges (lead_id, status, price_cents, currency, cycle_id, fixed_at)"
        " SELECT id, 'invoiced', 3300, 'USD', :partner, created_at FROM leads WHERE status = 'delivered' AND NOT test"
    ),
    "SET session_replication_role = origin",
)
Ask = Callable[[Session], Any]


def pages() -> dict[str, Ask]:
    """What people open, by the words of the page."""
    every = PartnerLeadFilter()
    march = datetime(2026, 3, 1, tzinfo=UTC)

    def leads(wanted: PartnerLeadFilter, cursor: str | None = None) -> Ask:
        return lambda session: list_partner_leads(session, PARTNER, wanted, cursor=cursor, with_names=True)

    def second(session: Session) -> Any:
        return list_partner_leads(
            session, PARTNER, every, cursor=list_partner_leads(session, PARTNER, every, cursor=None).on
        )

    return {
        "leads, first page": leads(every),
        "leads, first and second page": second,
        "leads, failed (1 in 5,000)": leads(PartnerLeadFilter(status=LeadStatus.FAILED)),
        "leads, withdrawn": leads(PartnerLeadFilter(status=LeadStatus.WITHDRAWN)),
        "leads, one program of 40": leads(PartnerLeadFilter(program_id="program-7")),
        "leads, tests (1 in 20,000)": leads(PartnerLeadFilter(test=True)),
        "leads, up to a day in March": leads(PartnerLeadFilter(until=march)),
        "deliveries, first page": lambda s: list_partner_deliveries(s, PARTNER, PartnerDeliveryFilter(), cursor=None),
        "deliveries, failed": lambda s: list_partner_deliveries(
            s, PARTNER, PartnerDeliveryFilter(DeliveryStatus.FAILED), cursor=None
        ),
        "leads, not yet contacted": leads(PartnerLeadFilter(not_contacted=True)),
        "leads, applied": leads(PartnerLeadFilter(step=FunnelStatus.APPLIED)),
        "export, first 500": lambda s: export_partner_leads(s, PARTNER, every, after=None),
        "overview": lambda s: get_partner_overview(s, PARTNER, NOW),
        "analytics, twelve weeks": lambda s: get_partner_analytics(s, PARTNER, NOW, "America/New_York"),
        "performance, twelve months": lambda s: (
            performance(s, partner_id=PARTNER, since=NOW - SPAN, by_group=False),
            funnel_pace(s, PARTNER, since=NOW - SPAN),
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--plans", action="store_true", help="print the plan of each statement")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        engine = create_engine(with_driver(servers.database_url))
        with engine.begin() as connection:
            for statement in FILL:
                connection.execute(text(statement), {"partner": PARTNER, "leads": asked.leads, "now": NOW})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        rows = []
        for name, ask in pages().items():
            with Session(engine) as session:
                ask(session)
                took = [_seconds(ask, session) * 1000 for _ in range(ROUNDS)]
            rows.append([name, *(f"{each:.1f}" for each in (min(took), percentile(took, 50), percentile(took, 95)))])
            if asked.plans:
                _explain(engine, name, ask)
        engine.dispose()
    print_table(f"A partner's pages over {asked.leads:,} leads of its own, ms", ["page", "best", "median", "p95"], rows)


def _seconds(ask: Ask, session: Session) -> float:
    started = time.perf_counter()
    ask(session)
    return time.perf_counter() - started


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
