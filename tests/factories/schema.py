"""Taking the schema of a database back. The product only ever goes forward."""

from alembic import command
from sqlalchemy import create_engine

from webapp.server_address import with_driver
from webapp.upgrade import alembic_config


def downgrade_database(database_url: str, revision: str) -> None:
    """Take the schema back to `revision`."""
    engine = create_engine(with_driver(database_url))
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()
