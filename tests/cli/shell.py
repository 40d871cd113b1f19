"""Commands run as a person runs them, inside this process."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from click.testing import CliRunner, Result

from webapp.cli.main import main

SECRET = "a secret for tests of the shell only, nothing more"


@contextmanager
def logging_kept() -> Iterator[None]:
    """Put the logging back that a command sets up for its own process."""
    root, alembic = logging.getLogger(), logging.getLogger("alembic")
    handlers, level, alembic_level = list(root.handlers), root.level, alembic.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        alembic.setLevel(alembic_level)


def shell(*arguments: str, stdin: str | bytes | None = None, env: Mapping[str, str | None] | None = None) -> Result:
    """Run `program-match` with these arguments. An exception that is not an exit is a failure of the test."""
    with logging_kept():
        result = CliRunner().invoke(main, list(arguments), input=stdin, env=dict(env or {}), prog_name="program-match")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.stderr
    return result


def database_env(url: str) -> dict[str, str | None]:
    """Settings of a process that uses this database and needs no broker."""
    nothing = dict.fromkeys(("REDIS_URL", "ENVIRONMENT", "SMTP_URL"))
    return {"DATABASE_URL": url, "SECRET_KEY": SECRET, "BASE_URL": "http://127.0.0.1:8000", **nothing}
