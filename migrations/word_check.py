"""The words that a column may hold, changed by migrations that know nothing of each other."""

import re

import sqlalchemy as sa
from alembic import op


def change_words(constraint: str, column: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    """Let a column take more or fewer words, and leave alone what other migrations have said of it meanwhile.

    `constraint` is the full name of the check, `ck_<table>_<name>`. Rows with a word that is removed must be gone.
    """
    told = op.get_bind().execute(
        sa.text("SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": constraint},
    )
    table, definition = told.one()
    kept = [word for word in re.findall(r"'([^']*)'", definition) if word not in (*add, *remove)]
    op.drop_constraint(op.f(constraint), table, type_="check")
    op.create_check_constraint(op.f(constraint), table, sa.column(column, sa.Text()).in_([*kept, *add]))
