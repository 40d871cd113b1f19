"""`program-match billing`: cycles are closed once, and what is owed is told, with what does not agree."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from tests.cli.shell import SECRET, database_env, shell
from tests.factories.many_leads import accepted, many_leads
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.services import charge


def test_cycles_are_closed_once_and_the_report_agrees(fresh_database_url: str) -> None:
    past = FrozenClock(datetime.now(UTC) - timedelta(days=70))
    engine = create_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        school = make_school(session, Seal(SECRET), price_cents=4550)
        for each in many_leads(session, past, Links("https://match.example", SECRET), school, 3):
            charge.accrue(session, accepted(session, each, past.now()), at=past.now())
    env = database_env(fresh_database_url)

    assert shell("billing", "close", "--dry-run", env=env).stdout == "1 cycle would be closed.\n"
    closed = json.loads(shell("billing", "close", "--json", env=env).stdout)
    (made,) = closed["invoices"]
    assert (made["invoice"], made["total"], made["total_cents"]) == ("PM-000001", "136.50", 13_650)
    assert shell("billing", "close", env=env).stdout == "0 cycles closed.\n"

    told = shell("billing", "report", "--partner", "larkspur", "--json", env=env)
    report = json.loads(told.stdout)
    assert (told.exit_code, report["faults"]) == (0, [])
    assert [(row["leads"], row["total_cents"], row["invoice"]) for row in report["cycles"]] == [
        (3, 13_650, "PM-000001")
    ]
    assert "PM-000001 (open)" in shell("billing", "report", env=env).stdout
    assert shell("billing", "report", "--partner", "nobody", env=env).exit_code == 1

    with engine.begin() as connection:  # somebody with the keys to the database
        connection.execute(text("ALTER TABLE invoices DISABLE TRIGGER stays"))
        connection.execute(text("UPDATE invoices SET total_cents = 1"))
        connection.execute(text("UPDATE lead_charges SET status = 'credited'"))
    engine.dispose()
    broken = shell("billing", "report", env=env)
    assert broken.exit_code == 1
    assert "PM-000001 says 1, its entries say 13650" in broken.stderr
    assert "is credited, which its entries do not say" in broken.stderr
