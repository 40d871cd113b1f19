"""A runtime for one command: settings, servers where none are named, tables looked at, all of it ended afterwards."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from webapp.bootstrap import Runtime, build_runtime, load_settings, local_settings
from webapp.cli.faults import Told, plainly
from webapp.cli.running import find_running
from webapp.embedded import EmbeddedServerError
from webapp.revision import database_revision, head_revision

NO_BROKER = "redis://127.0.0.1:1/0"
"""Where nothing listens: a command that needs no broker asks for none."""


@contextmanager
def open_runtime(*, broker: bool = False, migrated: bool = True) -> Iterator[Runtime]:
    """A runtime while the block lasts; with `migrated` the tables are sure to be those of this code."""
    with server_faults(), plainly():
        settings = load_settings()
        with local_settings(settings, broker=broker, progress=note) as complete:
            address = {} if "base_url" in settings.model_fields_set else _address(settings.var_dir)
            update = {"redis_url": complete.redis_url or NO_BROKER, **address}
            runtime = build_runtime(complete.model_copy(update=update))
            # Alembic tells every look at the tables; here the command itself says what it did.
            logging.getLogger("alembic").setLevel(logging.WARNING)
            try:
                if migrated:
                    _check_tables(runtime)
                yield runtime
            finally:
                runtime.engine.dispose()
                runtime.redis.close()


def _address(var: Path) -> dict[str, str]:
    """The address at which `run` serves from this var/, whatever its port; nothing while it does not."""
    known = find_running(var)
    return {} if known is None else {"base_url": known.url}


def note(text: str) -> None:
    """Tell the person at the terminal; a machine that reads standard output is not disturbed."""
    click.echo(text, err=True)


@contextmanager
def server_faults() -> Iterator[None]:
    """Tell which server fails, and what to do."""
    try:
        yield
    except EmbeddedServerError as error:
        raise Told(str(error)) from None
    except (OperationalError, InterfaceError) as error:
        cause = str(error.orig or "no reason given").strip().splitlines()[0]
        fix = "Check that it runs and that DATABASE_URL names it."
        raise Told(f"The database cannot be used: {cause}", [fix]) from None
    except ProgrammingError as error:
        if "does not exist" in str(error.orig) or "permission denied" in str(error.orig):
            cause = str(error.orig).strip().splitlines()[0]
            raise Told(f"The database does not fit: {cause}", ["Run: program-match db upgrade"]) from None
        raise


def _check_tables(runtime: Runtime) -> None:
    found, wanted = database_revision(runtime.engine), head_revision()
    if found == wanted:
        return
    if found is None:
        raise Told("The database has no tables yet.", ["Run: program-match db upgrade"])
    raise Told(f"The tables are at revision {found}; this code needs {wanted}.", ["Run: program-match db upgrade"])
