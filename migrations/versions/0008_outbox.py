"""The outbox.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "message.due",
                "lead.due",
                "delivery.due",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_events")),
    )
    op.create_index(
        "ix_outbox_events_due_at_id",
        "outbox_events",
        ["due_at", "id"],
        unique=False,
        postgresql_where="published_at IS NULL",
    )
    op.create_index(
        "ix_outbox_events_published_at",
        "outbox_events",
        ["published_at"],
        unique=False,
        postgresql_where="published_at IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index(
        "ix_outbox_events_published_at", table_name="outbox_events", postgresql_where="published_at IS NOT NULL"
    )
    op.drop_index("ix_outbox_events_due_at_id", table_name="outbox_events", postgresql_where="published_at IS NULL")
    op.drop_table("outbox_events")
