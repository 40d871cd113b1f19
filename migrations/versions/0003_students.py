"""Drafts, prospects, submissions and matches.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("results_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("attribution", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("results_hash", name=op.f("uq_drafts_results_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_drafts_token_hash")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"], unique=False)
    op.create_table(
        "prospects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("data_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prospects")),
        sa.UniqueConstraint("data_hash", name=op.f("uq_prospects_data_hash")),
    )
    op.create_index("ix_prospects_created_at_id", "prospects", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_prospects_email_key"), "prospects", ["email_key"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("weights_version", sa.Text(), nullable=False),
        sa.Column("catalog_version", sa.Text(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("excluded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wants_mail", sa.Boolean(), nullable=False),
        sa.Column("attribution", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_submissions_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_submissions_prospect_id_prospects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("nonce", name=op.f("uq_submissions_nonce")),
    )
    op.create_index("ix_submissions_created_at_id", "submissions", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_submissions_draft_id"), "submissions", ["draft_id"], unique=False)
    op.create_index(op.f("ix_submissions_prospect_id"), "submissions", ["prospect_id"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("contributions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("caveats", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("gaps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_matches_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("submission_id", "program_id", name=op.f("uq_matches_submission_id_program_id")),
        sa.UniqueConstraint("submission_id", "rank", name=op.f("uq_matches_submission_id_rank")),
    )
    op.create_index(op.f("ix_matches_program_id"), "matches", ["program_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_matches_program_id"), table_name="matches")
    op.drop_table("matches")
    op.drop_index(op.f("ix_submissions_prospect_id"), table_name="submissions")
    op.drop_index(op.f("ix_submissions_draft_id"), table_name="submissions")
    op.drop_index("ix_submissions_created_at_id", table_name="submissions")
    op.drop_table("submissions")
    op.drop_index(op.f("ix_prospects_email_key"), table_name="prospects")
    op.drop_index("ix_prospects_created_at_id", table_name="prospects")
    op.drop_table("prospects")
    op.drop_index(op.f("ix_drafts_expires_at"), table_name="drafts")
    op.drop_table("drafts")
