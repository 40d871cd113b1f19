"""Which revision the tables are at, and which this code expects."""

from functools import cache
from importlib.resources import files

from sqlalchemy import Engine

from webapp.domain.errors import Problem, Refused


@cache
def head_revision() -> str:
    """The revision this code expects: the number of the last migration. Nothing of Alembic is loaded for it."""
    names = [each.name for each in files("migrations").joinpath("versions").iterdir()]
    numbers = [name[:4] for name in names if name.endswith(".py") and name[:4].isdecimal()]
    if not numbers:
        raise Refused(Problem("migrations", "There are no migrations beside this code.", "Install it again."))
    return max(numbers)


def database_revision(engine: Engine) -> str | None:
    """The revision the database is at; None before the first migration."""
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar_one() is None:
            return None
        found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
        return found
