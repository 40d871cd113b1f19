"""`program-match db`: the tables."""

from __future__ import annotations

import click

from webapp.cli.faults import Told
from webapp.cli.runtime import open_runtime
from webapp.revision import database_revision, head_revision
from webapp.upgrade import upgrade_database


@click.group("db")
def db() -> None:
    """Bring the tables up to date, or look how they stand."""


@db.command("upgrade")
def upgrade() -> None:
    """Bring the tables up to date. Safe to repeat; a failed migration leaves them as they were."""
    with open_runtime(migrated=False) as runtime:
        before = database_revision(runtime.engine)
        upgrade_database(str(runtime.settings.database_url))
        after = database_revision(runtime.engine)
    if before == after:
        click.echo(f"The tables are up to date (revision {after}).")
    else:
        click.echo(f"The tables were brought from {before or 'nothing'} to revision {after}.")


@db.command("check")
def check() -> None:
    """Exit with 0 when the tables are those of this code, with 1 when not."""
    with open_runtime(migrated=False) as runtime:
        found, wanted = database_revision(runtime.engine), head_revision()
    if found != wanted:
        raise Told(
            f"The tables are at {found or 'nothing'}, this code needs {wanted}.", ["Run: program-match db upgrade"]
        )
    click.echo(f"The tables are up to date (revision {found}).")


@db.command("current")
def current() -> None:
    """Print the revision the tables are at; "none" before the first."""
    with open_runtime(migrated=False) as runtime:
        click.echo(database_revision(runtime.engine) or "none")
