"""A database that is prepared once for several tests, each of which leaves it as it found it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session


@contextmanager
def prepared(engine: Engine, prepare: Callable[[Session], object]) -> Iterator[Connection]:
    """A transaction in which something was prepared; it is rolled back, and holds its locks until then."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            prepare(session)
            session.commit()
        yield connection
        outer.rollback()


@contextmanager
def session_in(connection: Connection) -> Iterator[Session]:
    """A session whose commits are savepoints and are rolled back, to what was prepared."""
    before = connection.begin_nested()
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
        yield made
    before.rollback()
