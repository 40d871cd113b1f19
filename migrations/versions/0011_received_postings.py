"""What the demo schools received, for development.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "received_postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_slug", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_postings")),
        sa.UniqueConstraint("webhook_id", name=op.f("uq_received_postings_webhook_id")),
    )
    op.create_index("ix_received_postings_received_at_id", "received_postings", ["received_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_received_postings_received_at_id", table_name="received_postings")
    op.drop_table("received_postings")
