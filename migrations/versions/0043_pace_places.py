"""Places in a pace that are kept for leads which wait for their turn.

Revision 0043, after 0042. Without a row a lead waits as it did before: for the next slot, without a turn of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pace_places",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("goes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_pace_places_lead_id_leads"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["partner_schedules.id"],
            name=op.f("fk_pace_places_schedule_id_partner_schedules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_pace_places")),
    )
    op.create_index("ix_pace_places_schedule_id", "pace_places", ["schedule_id"])


def downgrade() -> None:
    op.drop_index("ix_pace_places_schedule_id", table_name="pace_places")
    op.drop_table("pace_places")
