"""Imports on their way: the file, which column is which, how far a worker is, and what it found.

Revision 0054, after 0053.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

EVENT = "import.due"
KINDS = ("csv", "xlsx", "ipeds")
STATUSES = ("mapping", "checking", "checked", "applying", "applied", "undoing", "undone", "failed", "discarded")
JSONB = postgresql.JSONB(astext_type=sa.Text())
JSONB_OR_NULL = postgresql.JSONB(astext_type=sa.Text(), none_as_null=True)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", words("importjobstatus", *STATUSES), nullable=False),
        sa.Column("kind", words("importkind", *KINDS), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("header", JSONB, server_default="[]", nullable=False),
        sa.Column("sample", JSONB, server_default="[]", nullable=False),
        sa.Column("mapping", JSONB, server_default="{}", nullable=False),
        sa.Column("aliases", JSONB, server_default="{}", nullable=False),
        sa.Column("allow_withdrawals", sa.Boolean(), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("report", JSONB_OR_NULL, nullable=True),
        sa.Column("problems", JSONB, server_default="[]", nullable=False),
        sa.Column("rejects", sa.LargeBinary(), nullable=True),
        sa.Column("differences", sa.LargeBinary(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts_made", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["catalog_imports.id"], name=op.f("fk_import_jobs_import_id_catalog_imports")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_accounts.id"], name=op.f("fk_import_jobs_staff_id_staff_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_jobs")),
    )
    op.create_index("ix_import_jobs_status_created_at", "import_jobs", ["status", "created_at"])
    op.create_index("ix_import_jobs_import_id", "import_jobs", ["import_id"])
    op.create_table(
        "import_file_parts",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["import_jobs.id"], name=op.f("fk_import_file_parts_job_id_import_jobs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "role", "number", name=op.f("pk_import_file_parts")),
    )
    change_words("ck_outbox_events_eventkind", "kind", add=(EVENT,))
    op.create_table(
        "import_mappings",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mapping", JSONB, server_default="{}", nullable=False),
        sa.Column("aliases", JSONB, server_default="{}", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_import_mappings")),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox_events WHERE kind = :kind").bindparams(kind=EVENT))
    change_words("ck_outbox_events_eventkind", "kind", remove=(EVENT,))
    op.drop_table("import_mappings")
    op.drop_table("import_file_parts")
    op.drop_index("ix_import_jobs_import_id", table_name="import_jobs")
    op.drop_index("ix_import_jobs_status_created_at", table_name="import_jobs")
    op.drop_table("import_jobs")
