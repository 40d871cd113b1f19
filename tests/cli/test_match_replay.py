"""`match --replay`: the stored ranking comes out byte for byte, or the difference is told."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from tests.cli.shell import database_env, shell
from tests.cli.test_match_not_for_sale import DEMO
from tests.factories.ranked_request import rank_and_submit
from tests.services.listing_rows import import_bytes, import_rows, row
from webapp.domain.clock import FrozenClock
from webapp.domain.links import Links
from webapp.matching import ENGINE_VERSION
from webapp.models import Match, Submission


@pytest.fixture
def asked(fresh_database_url: str) -> UUID:
    """A submission on version 1 of the catalogue, which has become version 2 since."""
    engine = create_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        import_bytes(session, DEMO.read_bytes(), source="csv:demo")
        made = rank_and_submit(
            session,
            FrozenClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC)),
            Links("https://match.example", "a secret for tests that is long enough"),
        )
        half = DEMO.read_bytes().splitlines()
        import_bytes(session, b"\n".join(half[: len(half) * 2 // 3]), source="csv:demo")
        import_rows(session, [row(1)], source="csv:more")
    engine.dispose()
    return made


def alter(url: str, statement: object) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # any update
    engine.dispose()


def test_a_stored_ranking_comes_out_again(fresh_database_url: str, asked: UUID) -> None:
    env = database_env(fresh_database_url)
    told = shell("match", "--replay", str(asked), env=env)
    assert told.exit_code == 0, told.output
    assert "Reproduced: all 10 stored matches come out byte for byte" in told.stdout
    found = json.loads(shell("match", "--replay", str(asked), "--json", env=env).stdout)
    assert found["reproduced"] is True
    assert found["digest_agrees"] is True
    assert found["versions"]["catalogue"] == {"stored": "1", "here": "1"}
    assert found["ranking"]["matches"][0]["rank"] == 1


def test_a_changed_row_is_told(fresh_database_url: str, asked: UUID) -> None:
    alter(fresh_database_url, update(Match).where(Match.rank == 2).values(score=0.987))
    told = shell("match", "--replay", str(asked), env=database_env(fresh_database_url))
    assert told.exit_code == 1
    assert "The versions are the same: a stored row was changed" in told.stdout
    assert "1 value differs:" in told.stdout
    assert "score 0.987 stored," in told.stdout
    found = shell("match", "--replay", str(asked), "--json", env=database_env(fresh_database_url))
    assert found.exit_code == 1
    assert [each["what"] for each in json.loads(found.stdout)["differences"]] == ["score"]


def test_another_engine_is_told(fresh_database_url: str, asked: UUID) -> None:
    alter(fresh_database_url, update(Submission).values(engine_version="0.1.0"))
    told = shell("match", "--replay", str(asked), env=database_env(fresh_database_url))
    assert told.exit_code == 1
    assert f"Engine 0.1.0 stored, {ENGINE_VERSION} here." in told.stdout
    assert "The stored matches come out the same all the same." in told.stdout


def test_wrong_use_and_unknown_submissions(fresh_database_url: str) -> None:
    env = database_env(fresh_database_url)
    missing = shell("match", "--replay", str(uuid4()), env=env)
    assert missing.exit_code == 1
    assert "no such submission" in missing.stderr
    assert shell("match", env=env).exit_code == 2
    assert shell("match", "--replay", str(uuid4()), "--top", "3", env=env).exit_code == 2
