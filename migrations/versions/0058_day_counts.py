"""Counts by day, kept beside the rows that they count, and what each exposure audit found.

Revision 0058, after 0057.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

MARK = """
CREATE FUNCTION mark_{table}_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_days (topic, day) SELECT topic, (OLD.{at} AT TIME ZONE 'UTC')::date
    FROM unnest(ARRAY[{topics}]) topic;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER mark_day AFTER UPDATE OF {columns} ON {table} FOR EACH ROW
WHEN (OLD.{at} < date_trunc('day', now(), 'UTC') AND ({changed}))
EXECUTE FUNCTION mark_{table}_day()
"""
MARKED = {
    "leads": ("created_at", ("status", "delivered_at", "undo_until"), ("leads", "hand_over")),
    "messages": ("handed_over_at", ("status", "handed_over_at"), ("mail",)),
}
"""Tables whose rows change after their day is over: the column of the day, those counted by, and the topics."""


def upgrade() -> None:
    op.create_table(
        "day_counts",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "day", "keys", name=op.f("pk_day_counts")),
    )
    op.create_table(
        "counted_days",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic", "day", name=op.f("pk_counted_days")),
    )
    op.create_table(
        "stale_days",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_days")),
    )
    op.create_index(op.f("ix_stale_days_topic_day"), "stale_days", ["topic", "day"])
    for table, (at, columns, topics) in MARKED.items():
        changed = " OR ".join(f"OLD.{each} IS DISTINCT FROM NEW.{each}" for each in columns)
        op.execute(MARK.format(table=table, at=at, topics=", ".join(f"'{each}'" for each in topics)))
        op.execute(TRIGGER.format(table=table, at=at, columns=", ".join(columns), changed=changed))
    op.create_index("ix_drafts_created_at", "drafts", ["created_at"])
    op.create_table(
        "exposure_audits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("partner_places", sa.Integer(), nullable=False),
        sa.Column("other_places", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=True)
            for name in ("partner_rank", "other_rank", "published_share", "observed", "expected", "p_value")
        ),
        sa.Column("partner_share", sa.Float(), nullable=False),
        sa.Column("other_share", sa.Float(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_audits")),
    )
    op.create_index(op.f("ix_exposure_audits_at"), "exposure_audits", ["at"])


def downgrade() -> None:
    op.drop_table("exposure_audits")
    op.drop_index("ix_drafts_created_at", table_name="drafts")
    for table in MARKED:
        op.execute(f"DROP TRIGGER mark_day ON {table}")
        op.execute(f"DROP FUNCTION mark_{table}_day()")
    for table in ("stale_days", "counted_days", "day_counts"):
        op.drop_table(table)
