"""Changes made on the list itself: programs put aside with a reason, and what changes there replaced.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

REASONS = ("too_expensive", "too_long", "wrong_place", "wrong_subject", "too_hard", "too_easy", "known", "other")
TEXTS = ("band", "verdict", "engine_version", "weights_version", "catalog_version")
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(*REASONS, name="feedbackreason", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("effect", JSON, server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_feedback_draft_id_drafts"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_draft_id"), "feedback", ["draft_id"])
    op.create_index(
        "uq_feedback_draft_id_program_id",
        "feedback",
        ["draft_id", "program_id"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.add_column("drafts", sa.Column("earlier", JSON, server_default="[]", nullable=False))
    op.add_column("submissions", sa.Column("put_aside", JSON, server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("submissions", "put_aside")
    op.drop_column("drafts", "earlier")
    op.drop_index("uq_feedback_draft_id_program_id", table_name="feedback")
    op.drop_index(op.f("ix_feedback_draft_id"), table_name="feedback")
    op.drop_table("feedback")
