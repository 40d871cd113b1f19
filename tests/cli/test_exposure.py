"""`exposure`: the audit in words and as JSON."""

import json

from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from tests.cli.shell import SECRET, database_env, shell
from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import SystemClock
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.gateways.sealing import Seal
from webapp.models import Match, Partner


def fill(url: str, live: int) -> None:
    """Twelve lists of four schools that fit alike; the first `live` are partners."""
    engine = create_engine(url)
    with Session(engine) as session, session.begin():
        schools = [
            make_school(session, Seal(SECRET), name=name) for name in ("Larkspur", "Osprey", "Thistle", "Willow")
        ]
        for _ in range(12):
            submit_request(session, SystemClock(), Links("https://match.example", SECRET), schools, ticked=schools[:1])
        session.execute(
            update(Partner)
            .where(Partner.id.in_([school.partner_id for school in schools[live:]]))
            .values(status=PartnerStatus.PAUSED)
        )
        session.execute(update(Match).values(score=0.72))
    engine.dispose()


def test_nothing_to_compare(fresh_database_url: str) -> None:
    told = shell("exposure", env=database_env(fresh_database_url))
    assert told.exit_code == 0
    assert "No list is stored yet" in told.stdout


def test_all_partners_cannot_be_compared(fresh_database_url: str) -> None:
    fill(fresh_database_url, live=4)
    told = shell("exposure", env=database_env(fresh_database_url))
    assert "the two cannot be compared" in told.stdout


def test_a_difference_is_told_in_words_and_as_json(fresh_database_url: str) -> None:
    fill(fresh_database_url, live=2)
    env = database_env(fresh_database_url)
    told = shell("exposure", env=env)
    assert told.exit_code == 0
    assert "From 12 lists." in told.stdout
    assert "12 groups of 48 programs" in told.stdout
    assert "Chance hardly explains that." in told.stdout
    assert "ana@" not in told.stdout
    found = json.loads(shell("exposure", "--json", env=env).stdout)
    assert found["partners"]["mean_rank"] == 1.5
    assert found["difference"] > 0.1
    assert found["p_value"] < 0.01
    later = json.loads(shell("exposure", "--since", "2099-01-01", "--json", env=env).stdout)
    assert later["submissions"] == 0
