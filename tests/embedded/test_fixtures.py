"""The shared fixtures keep their promises."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session


@pytest.mark.parametrize("turn", [1, 2])
def test_session_commits_do_not_outlive_the_test(session: Session, turn: int) -> None:
    session.execute(text("CREATE TABLE left_behind (n int)"))
    session.commit()
    session.execute(text("INSERT INTO left_behind VALUES (:turn)"), {"turn": turn})
    session.rollback()
    assert session.execute(text("SELECT count(*) FROM left_behind")).scalar_one() == 0


@pytest.mark.parametrize("turn", [1, 2])
def test_redis_database_is_empty_for_each_test(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.incr("left behind") == 1


def test_each_made_database_is_apart(make_database: Callable[[], AbstractContextManager[str]]) -> None:
    with make_database() as one, make_database() as other:
        assert one != other
        for url in (one, other):
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE mine (n int)"))
            engine.dispose()
