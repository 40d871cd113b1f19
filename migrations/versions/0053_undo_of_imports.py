"""What an import replaced, so that it can be undone as one step.

Revision 0053, after 0052. Rows of the release before have no step to undo: `changed_in` is 0 for them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

KINDS = ("added", "changed", "republished", "withdrawn")
JSONB = postgresql.JSONB(astext_type=sa.Text(), none_as_null=True)


def kept(table: str, *columns: sa.Column[Any], key: str) -> None:
    """A table of what one import replaced. The import's own row is written last, so the reference is checked last."""
    op.create_table(
        table,
        sa.Column("import_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["catalog_imports.id"],
            name=op.f(f"fk_{table}_import_id_catalog_imports"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("import_id", key, name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    kept(
        "import_changes",
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="listingchange", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("before", JSONB, nullable=True),
        key="program_id",
    )
    kept(
        "import_institutions",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSONB, nullable=True),
        key="institution_id",
    )
    for table in ("programs", "institutions"):
        op.add_column(table, sa.Column("changed_in", sa.Integer(), server_default="0", nullable=False))
    op.add_column("catalog_versions", sa.Column("cause", sa.Text(), nullable=True))
    op.add_column("catalog_imports", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("catalog_imports", sa.Column("undone_by", sa.Text(), nullable=True))
    op.add_column("catalog_imports", sa.Column("undo_version", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_catalog_imports_undo_version_catalog_versions"),
        "catalog_imports",
        "catalog_versions",
        ["undo_version"],
        ["number"],
    )
    op.create_index(
        "ix_catalog_imports_catalog_version",
        "catalog_imports",
        ["catalog_version"],
        postgresql_where=sa.text("catalog_version IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_catalog_imports_catalog_version", table_name="catalog_imports")
    for column in ("undo_version", "undone_by", "undone_at"):
        op.drop_column("catalog_imports", column)
    op.drop_column("catalog_versions", "cause")
    for table in ("institutions", "programs"):
        op.drop_column(table, "changed_in")
    op.drop_table("import_institutions")
    op.drop_table("import_changes")
