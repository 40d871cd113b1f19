"""Looking at rows from outside."""

from sqlalchemy import Engine, text


def count(database: Engine, table: str, where: str = "true", **values: object) -> int:
    """How many rows of a table (or of several, joined by `where`) there are."""
    with database.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"), values).scalar_one())
