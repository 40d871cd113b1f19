"""Every list, queue and dashboard of staff, and the search box, as a browser asks for them, at a million leads.

Run: python -m benchmarks.staff_pages [--keep FOLDER] [--only WORD] [--plans FILE]
On the rows of `benchmarks.dashboards`, with all days counted but today. Each figure is the whole request inside the
application: who it is, the queues of the navigation, the statements, the page as HTML. `--plans` writes the plan of
each statement to a file, and tells which of them read a large table from end to end.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from benchmarks.dashboards import count_days, filled_database
from benchmarks.table import percentile, print_table
from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime
from webapp.domain.ids import address_key
from webapp.server_address import with_driver
from webapp.services.staff import create_staff
from webapp.settings import Settings

ROUNDS, LIST_MS, DASHBOARD_MS, LARGE = 25, 300, 1000, 20_000
LEAST, MOST_SECONDS = 5, 8
EMAIL, PASSWORD = "owner@match.example", "copper lantern eleven rivers"
BOARDS = (
    *("form", "verdicts", "demand", "partners", "caps", "deliveries", "returns", "mail", "exposure", "freshness"),
)
PAGES = """
overview | /admin/
operations | /admin/operations
submissions | /admin/submissions
submissions of one person | /admin/submissions?person={key}
submission, one | /admin/submissions/{submission}
leads | /admin/leads
leads, failed | /admin/leads?status=failed
leads of one partner, rejected | /admin/leads?status=rejected&partner={partner}
leads, withdrawn (none) | /admin/leads?status=withdrawn
leads of one program | /admin/leads?program=program-41
leads of one person | /admin/leads?person={key}
lead, one | /admin/leads/{lead}
lead, one in its queue | /admin/leads/{held}?queue=caution
deliveries | /admin/deliveries
deliveries, failed | /admin/deliveries?status=failed
deliveries of one partner, rejected | /admin/deliveries?status=rejected&partner={partner}
delivery, one | /admin/deliveries/{delivery}
messages | /admin/messages
messages, failed transactional | /admin/messages?status=failed&class=transactional
messages, uncertain | /admin/messages?status=uncertain
messages, complained | /admin/messages?status=complained
message, one | /admin/messages/{message}
suppressions | /admin/suppressions
suppressions, complaints | /admin/suppressions?reason=complaint
suppressions of one address | /admin/suppressions?person={key}
mails | /admin/mails
queue: caution | /admin/review?queue=caution
queue: duplicates | /admin/review?queue=duplicates
queue: holds of one partner | /admin/review?queue=holds&partner={partner}
queue: all held | /admin/review
queue: returns | /admin/returns?status=requested
returns | /admin/returns
returns of one partner | /admin/returns?partner={partner}
queue: complaints | /admin/complaints
complaints of one kind | /admin/complaints?kind=wrong_way
complaints of one partner | /admin/complaints?partner={partner}
queue: dead letters | /admin/send-again
dead letters of one partner | /admin/send-again?partner={partner}
send again, one partner | /admin/partners/{partner}/send-again
partners | /admin/partners
partners, live | /admin/partners?status=live
partner, one | /admin/partners/{partner}
partner, delivery methods | /admin/partners/{partner}/delivery-methods
partner, limits | /admin/partners/{partner}/limits
invoices | /admin/invoices
invoices, open | /admin/invoices?status=open
invoices of one partner | /admin/invoices?partner={partner}
scorecard, delivered of one | /admin/scorecard/{partner}/delivered?days=365
scorecard, complaints of one | /admin/scorecard/{partner}/complained?days=365
seeds | /admin/seeds
seeds of one partner | /admin/seeds?partner={partner}
programs | /admin/programs
programs, stale | /admin/programs?stage=stale
programs, archived | /admin/programs?stage=archived
programs with words | /admin/programs?text=data
programs with rare words | /admin/programs?text=Thistlecombe+4003
programs, drafts | /admin/programs?stage=draft
programs in review | /admin/programs?stage=review
programs of one source, master's | /admin/programs?source=source-1&credential=master
programs, twins | /admin/programs/twins
program, one | /admin/programs/listing/program-41
proposals | /admin/program-proposals
proposals, pending | /admin/program-proposals?status=pending
imports | /admin/imports
publishers | /admin/publishers
publisher, one | /admin/publishers/{publisher}
playground | /admin/playground
weights | /admin/weights
privacy requests | /admin/privacy
privacy requests, closed | /admin/privacy?status=closed
privacy requests, closed erasures | /admin/privacy?status=closed&kind=erasure
privacy requests of one person | /admin/privacy?status=closed&person={key}
notices | /admin/notices
notices, failed | /admin/notices?status=failed
notices of one partner, told | /admin/notices?status=told&partner={partner}
retention runs | /admin/retention
staff | /admin/staff
audit log | /admin/audit
audit log, one person's changes | /admin/audit?who={staff}&kind=changes
audit log, command line | /admin/audit?who=command-line
audit log, one kind of thing | /admin/audit?type=program
audit log about one thing | /admin/audit?type=lead&id={lead}
bulk acts | /admin/bulk-acts
"""
WORDS = {
    "a lead by its id": "{lead}",
    "a delivery by its webhook-id": "msg_77",
    "a program by its id": "program-4711",
    "an e-mail address": "s17@mail.example",
    "an unknown address": "nobody@mail.example",
    "a phone number": "+14155550134",
    "a rare name (20 people)": "lee4711",
    "first and last name": "ana lee4712",
    "a frequent name (100,000 people)": "maria",
    "two frequent names (50,000)": "maria garcia",
    "two letters (100,000 people)": "zo",
    "nobody": "zzzyyy",
    "a partner": "partner 77",
    "an institution": "larkspur 1205",
    "a program": "bachelor of computer science 411",
    "a frequent word of listings (66,000)": "university",
    "words across name and institution": "data science larkspur university",
}


@dataclass(frozen=True)
class Case:
    """One page: how it is asked for, and how many milliseconds it may take."""

    name: str
    ask: Callable[[], TestResponse]
    limit: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a database to stay, seeded when it is empty")
    parser.add_argument("--only", default="", help="pages with this in their names")
    parser.add_argument("--plans", type=Path, metavar="FILE", help="write the plan of each statement there")
    asked = parser.parse_args()
    with filled_database(asked.keep, asked.leads, asked.listings) as url:
        engine = create_engine(with_driver(url))
        count_days(engine)
        built = build_runtime(_settings(url))
        client = _logged_in(built)
        rows, whole, plans = [], [], []
        for case in _cases(built, engine, client):
            if asked.only not in case.name:
                continue
            with _statements(built.engine) as seen:
                answer = case.ask()
            if answer.status_code not in (200, 302):
                print(f"{case.name}: {answer.status}", file=sys.stderr)
            took = _times(case)
            p95 = percentile(took, 95)
            print(f"{case.name}: {p95:.0f}", file=sys.stderr, flush=True)
            over = "" if p95 <= case.limit else f"over {case.limit:.0f}"
            rows.append([case.name, str(len(seen)), f"{percentile(took, 50):.0f}", f"{p95:.0f}", over])
            if asked.plans:
                told = [_plan(engine, *each) for each in seen]
                plans += [
                    f"\n== {case.name}\n{statement}\n{plan}" for (statement, _), plan in zip(seen, told, strict=True)
                ]
                whole += [f"{case.name}: {table}" for plan in told for table in _read_whole(engine, plan)]
        print_table(f"Pages of staff at {asked.leads:,} leads, ms", ["page", "statements", "p50", "p95", ""], rows)
        if asked.plans:
            asked.plans.write_text("\n".join(plans), encoding="utf-8")
            print(f"Tables of more than {LARGE:,} rows that are read from end to end:")
            print("\n".join(dict.fromkeys(whole)) or "none")
        built.engine.dispose()
        engine.dispose()


def _settings(url: str) -> Settings:
    secret, nobody = "a secret of a benchmark, long enough", "redis://127.0.0.1:1/0"
    return Settings(database_url=url, redis_url=nobody, secret_key=secret, rate_limits=False)


def _logged_in(built: Runtime) -> FlaskClient:
    with built.begin() as session:
        known = session.execute(text("SELECT 1 FROM staff_accounts WHERE email = :email"), {"email": EMAIL}).first()
        if known is None:
            create_staff(session, built.clock, email=EMAIL, password=PASSWORD, roles=("owner",), actor="benchmark")
    client = create_app(built.settings, runtime=built).test_client()
    client.post(
        "/admin/login", data={"csrf_token": _token(client, "/admin/login"), "email": EMAIL, "password": PASSWORD}
    )
    assert client.get("/admin/leads").status_code == 200, "nobody is logged in"
    return client


def _token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None, f"{path} has no form"
    return found[1]


def _cases(built: Runtime, engine: Engine, client: FlaskClient) -> Iterator[Case]:
    named = _ids(built, engine)
    for line in PAGES.strip().splitlines():
        name, _, path = line.partition(" | ")
        yield Case(name, _get(client, path.format(**named)), LIST_MS)
    for name, words in WORDS.items():
        yield Case(f"search: {name}", _find(client, words.format(**named)), LIST_MS)
    for days, path in (("90 days", "/admin/scorecard"), ("a year", "/admin/scorecard?days=365")):
        yield Case(f"scorecard, {days}", _get(client, path), DASHBOARD_MS)
    for board in BOARDS:
        for span in (30, 365):
            path = f"/admin/dashboards/{board}?range={span}"
            yield Case(f"dashboard: {board}, {span} days", _get(client, path), DASHBOARD_MS)
    path = f"/admin/dashboards/partners?range=365&partner={named['partner']}"
    yield Case("dashboard: partners, one partner, 365 days", _get(client, path), DASHBOARD_MS)


def _get(client: FlaskClient, path: str) -> Callable[[], TestResponse]:
    return lambda: client.get(path)


def _find(client: FlaskClient, words: str) -> Callable[[], TestResponse]:
    token = _token(client, "/admin/suppressions")
    return lambda: client.post("/admin/find", data={"csrf_token": token, "text": words})


def _ids(built: Runtime, engine: Engine) -> dict[str, str]:
    """What the addresses name. The person that is looked for is one that the application's own secret leads to."""
    key = address_key(built.links.secret, "s17@mail.example")
    with Session(engine) as session, session.begin():
        session.execute(text("UPDATE prospects SET email_key = :key WHERE id = md5('prospect17')::uuid"), {"key": key})
        one = {
            "partner": "SELECT md5('partner3')::uuid",
            "publisher": "SELECT md5('publisher3')::uuid",
            "lead": "SELECT id FROM leads ORDER BY created_at LIMIT 1 OFFSET 99",
            "held": "SELECT id FROM leads WHERE status = 'held_review' AND reason = 'details_doubtful' LIMIT 1",
            "submission": "SELECT id FROM submissions ORDER BY created_at LIMIT 1 OFFSET 99",
            "delivery": "SELECT id FROM deliveries ORDER BY created_at LIMIT 1 OFFSET 99",
            "message": "SELECT id FROM messages ORDER BY created_at LIMIT 1 OFFSET 99",
            "staff": "SELECT md5('staff7')::uuid",
        }
        return {
            "key": key.hex(),
            **{name: str(session.execute(text(statement)).scalar()) for name, statement in one.items()},
        }


def _times(case: Case) -> list[float]:
    """Milliseconds of each of `ROUNDS` requests, or of as many as fit into `MOST_SECONDS`."""
    took: list[float] = []
    while len(took) < ROUNDS and (len(took) < LEAST or sum(took) < MOST_SECONDS * 1000):
        began = time.perf_counter()
        case.ask()
        took.append((time.perf_counter() - began) * 1000)
    return took


@contextmanager
def _statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def _plan(engine: Engine, statement: str, parameters: Any) -> str:
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return "(writes)"
    with engine.connect() as connection:
        told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", parameters)
        return "\n".join(row[0] for row in told)


def _read_whole(engine: Engine, plan: str) -> list[str]:
    """The large tables that a plan read to their end; one that stopped at its limit did not."""
    large = text("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples > :large")
    with engine.connect() as connection:
        sizes = {row.relname: float(row.reltuples) for row in connection.execute(large, {"large": LARGE})}
    found = []
    for table, told in re.findall(r"Seq Scan on (\w+)(.*?)(?=->|\Z)", plan, re.DOTALL):
        ran = re.search(r"actual rows=([\d.]+) loops=(\d+)", told)
        if ran is None:
            continue  # never executed
        rows, loops = map(float, ran.groups())
        removed = sum(map(float, re.findall(r"Rows Removed by (?:Join )?Filter: (\d+)", told)))
        if table in sizes and (rows + removed) * loops > 0.9 * sizes[table]:
            found.append(table)
    return found


if __name__ == "__main__":
    main()
