"""How a student may be contacted, on the lead and on the consent; and a request that is still being written.

Revision 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    # An empty object reads as what was sent before students could say it. Consents stay as they were signed: null.
    op.add_column("leads", sa.Column("contact_preferences", JSONB, server_default="{}", nullable=False))
    op.add_column("consents", sa.Column("contact_preferences", JSONB, nullable=True))
    op.create_table(
        "pending_requests",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_pending_requests_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_pending_requests")),
    )
    op.create_index(op.f("ix_pending_requests_draft_id"), "pending_requests", ["draft_id"])
    op.create_index(op.f("ix_pending_requests_expires_at"), "pending_requests", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pending_requests_expires_at"), table_name="pending_requests")
    op.drop_index(op.f("ix_pending_requests_draft_id"), table_name="pending_requests")
    op.drop_table("pending_requests")
    op.drop_column("consents", "contact_preferences")
    op.drop_column("leads", "contact_preferences")
