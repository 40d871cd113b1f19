"""Listings being written, beside what is published.

Revision 0055, after 0054.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

STAGES = ("draft", "review")
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "listing_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("catalog_source", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("cells", JSONB, nullable=False),
        sa.Column("fact_sources", JSONB, server_default="{}", nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "stage IN ({})".format(", ".join(f"'{stage}'" for stage in STAGES)), name=op.f("ck_listing_drafts_stage")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["program_proposals.id"], name=op.f("fk_listing_drafts_proposal_id_program_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_drafts")),
        sa.UniqueConstraint("program_id", name=op.f("uq_listing_drafts_program_id")),
    )
    op.create_index("ix_listing_drafts_stage_updated_at_id", "listing_drafts", ["stage", "updated_at", "id"])
    # For the queue of what is to be checked again, oldest first.
    op.create_index(
        "ix_programs_published_verified_on",
        "programs",
        [sa.text("COALESCE(verified_on, '0001-01-01'::date)"), "program_id"],
        postgresql_where=sa.text("status = 'published'"),
    )


def downgrade() -> None:
    op.drop_index("ix_programs_published_verified_on", table_name="programs")
    op.drop_index("ix_listing_drafts_stage_updated_at_id", table_name="listing_drafts")
    op.drop_table("listing_drafts")
