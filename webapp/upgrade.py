"""Bringing the tables up to date. Apart from the rest, for the library that does it is loaded by nobody else."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from webapp.server_address import with_driver


def alembic_config() -> Config:
    """Alembic's configuration, without a file: where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config


def upgrade_database(database_url: str, revision: str = "head") -> None:
    """Bring the schema up to `revision`. Safe to run twice at once: the second waits, then finds nothing to do."""
    engine = create_engine(with_driver(database_url))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305061)")
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
