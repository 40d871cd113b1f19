"""When each step of a form was shown and saved, without saying whose.

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_steps",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saves", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_steps_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "step", name=op.f("pk_draft_steps")),
    )
    op.create_index(op.f("ix_draft_steps_shown_at"), "draft_steps", ["shown_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_steps_shown_at"), table_name="draft_steps")
    op.drop_table("draft_steps")
