"""Shortlists, and lists that were shared by a link.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shortlisted_programs",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_shortlisted_programs_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "program_id", name=op.f("pk_shortlisted_programs")),
    )
    op.create_table(
        "shared_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_shared_lists_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_lists")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shared_lists_token_hash")),
    )
    op.create_index(op.f("ix_shared_lists_draft_id"), "shared_lists", ["draft_id"])
    op.create_index(op.f("ix_shared_lists_expires_at"), "shared_lists", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_shared_lists_expires_at"), table_name="shared_lists")
    op.drop_index(op.f("ix_shared_lists_draft_id"), table_name="shared_lists")
    op.drop_table("shared_lists")
    op.drop_table("shortlisted_programs")
