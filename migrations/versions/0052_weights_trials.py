"""Trials of proposed weights on last week's lists.

Revision 0052, after 0051.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

EVENT = ("weights.trial_due",)


def upgrade() -> None:
    op.create_table(
        "weights_trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name=op.f("ck_weights_trials_outcome_kept")),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (due_at IS NOT NULL)", name=op.f("ck_weights_trials_due_until_finished")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["weights_versions.id"], name=op.f("fk_weights_trials_version_id_weights_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights_trials")),
    )
    op.create_index("ix_weights_trials_version_id_created_at", "weights_trials", ["version_id", "created_at"])
    op.create_index(
        "ix_weights_trials_due_at", "weights_trials", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    change_words("ck_outbox_events_eventkind", "kind", add=EVENT)


def downgrade() -> None:
    op.execute("DELETE FROM outbox_events WHERE kind = 'weights.trial_due'")
    change_words("ck_outbox_events_eventkind", "kind", remove=EVENT)
    op.drop_index("ix_weights_trials_due_at", table_name="weights_trials")
    op.drop_index("ix_weights_trials_version_id_created_at", table_name="weights_trials")
    op.drop_table("weights_trials")
