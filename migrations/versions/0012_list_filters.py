"""Indexes for the filters of the back office's lists.

Revision 0012, after 0011.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEXES = (("deliveries", "status"), ("messages", "status"), ("leads", "program_id"))


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}_created_at_id", table, [column, "created_at", "id"])


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}_created_at_id", table_name=table)
