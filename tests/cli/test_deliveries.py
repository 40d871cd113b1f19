"""`deliveries replay`: failed deliveries start over, and it is written down who said so."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, select, update
from sqlalchemy.orm import Session

from tests.cli.shell import SECRET, database_env, shell
from tests.factories.lead import delivery_of, fail_delivery, leads_of
from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.models import AuditEntry, Delivery, Lead, OutboxEvent

FAILED_AT = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture
def failed(fresh_database_url: str) -> tuple[str, str]:
    """The database and the id of a delivery that failed two hours ago."""
    engine = create_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        school = make_school(session, Seal(SECRET))
        session.flush()
        links = Links("https://match.example", SECRET)
        stored = submit_request(session, FrozenClock(FAILED_AT - timedelta(hours=1)), links, [school])
        session.flush()
        (lead_id,) = leads_of(session, stored.submission_id)
        fail_delivery(session, lead_id, at=FAILED_AT)
        delivery_id = str(delivery_of(session, lead_id))
    engine.dispose()
    return fresh_database_url, delivery_id


def engine_of(url: str) -> Engine:
    return create_engine(url)


def state(url: str) -> tuple[DeliveryStatus, int, list[str]]:
    """The delivery's status, unpublished events, and who is in the audit."""
    engine = engine_of(url)
    with Session(engine) as session:
        status = session.execute(select(Delivery.status)).scalar_one()
        waiting = len(session.scalars(select(OutboxEvent.id).where(OutboxEvent.published_at.is_(None))).all())
        actors = list(session.scalars(select(AuditEntry.actor)))
    engine.dispose()
    return status, waiting, actors


def test_one_is_sent_again_once(failed: tuple[str, str]) -> None:
    url, delivery_id = failed
    _, waiting, _ = state(url)
    result = shell("deliveries", "replay", delivery_id, env=database_env(url))
    assert (result.exit_code, result.stdout) == (0, "1 delivery will be sent again.\n")
    assert state(url) == (DeliveryStatus.PENDING, waiting + 1, ["command line"])
    again = shell("deliveries", "replay", delivery_id, env=database_env(url))
    assert (again.exit_code, "Only a failed delivery" in again.stderr) == (1, True)


def test_all_that_failed_since_are_sent_again(failed: tuple[str, str]) -> None:
    url, _ = failed
    since = (FAILED_AT - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S")
    later = (FAILED_AT + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S")
    env = database_env(url)
    assert shell("deliveries", "replay", "--failed-since", later, env=env).stdout.startswith("0 deliveries")
    dry = shell("deliveries", "replay", "--failed-since", since, "--dry-run", env=env)
    assert dry.stdout == "1 delivery would be sent again.\n"
    assert state(url)[0] is DeliveryStatus.FAILED
    assert shell("deliveries", "replay", "--failed-since", since, env=env).stdout.startswith("1 delivery will")
    assert state(url)[0] is DeliveryStatus.PENDING


def test_what_a_partner_lost_is_handed_over_again_and_what_is_too_old_is_told(failed: tuple[str, str]) -> None:
    url, delivery_id = failed
    env, day = database_env(url), FAILED_AT.strftime("%Y-%m-%d")
    for wrong in (["--partner", "larkspur"], [delivery_id, "--failed-since", day], ["--redeliver"]):
        assert shell("deliveries", "replay", *wrong, env=env).exit_code == 2
    other = shell("deliveries", "replay", "--failed-since", day, "--partner", "elsewhere", "--json", env=env)
    assert json.loads(other.stdout) == {"sent": [], "refused": [], "dry_run": False}
    refused = shell("deliveries", "replay", delivery_id, "--redeliver", env=env)
    assert (refused.exit_code, "Only a delivered lead" in refused.stderr) == (1, True)
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(update(Delivery).values(status=DeliveryStatus.DELIVERED))
        connection.execute(update(Lead).values(status=LeadStatus.DELIVERED))
    engine.dispose()
    again = shell("deliveries", "replay", "--delivered-since", day, "--partner", "larkspur", "--json", env=env)
    assert json.loads(again.stdout)["sent"] == [delivery_id]
    assert state(url)[0] is DeliveryStatus.PENDING
    engine = engine_of(url)
    with Session(engine) as session:
        assert session.execute(select(AuditEntry.action)).scalar_one() == "delivery.redeliver"
        assert session.execute(select(Lead.status)).scalar_one() is LeadStatus.DELIVERED
    engine.dispose()
