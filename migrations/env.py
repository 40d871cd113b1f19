"""Runs migrations on a connection that the caller opened (`webapp.upgrade.upgrade_database`)."""

from alembic import context
from sqlalchemy import Connection

from webapp.models import Base


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
