"""Caps of every period, measure and scope; what each lead took of them; hours and pace; whether a student waits.

The caps by day and month of `partner_terms` and what was counted come over. The columns stay for the release before.

Revision 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
NOW = sa.text("now()")
SCOPES = ("group_id", "program_id", "state")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _make_caps()
    _make_schedules()
    # Who asked before could not say it; their introductions waited, and go on doing so.
    op.add_column("leads", sa.Column("may_wait", sa.Boolean(), server_default="true", nullable=False))
    op.execute(
        """
        INSERT INTO caps (id, partner_id, period, measure, most, when_full)
        SELECT gen_random_uuid(), partner_id, told.period, 'count', told.most, 'hold' FROM partner_terms
        CROSS JOIN LATERAL (VALUES ('day', daily_cap), ('month', monthly_cap)) AS told (period, most)
        WHERE told.most IS NOT NULL
        """
    )
    op.execute(
        """
        INSERT INTO cap_counters (cap_id, starts_at, used)
        SELECT caps.id, cap_uses.starts_on::timestamp AT TIME ZONE partners.time_zone, cap_uses.used
        FROM cap_uses JOIN caps USING (partner_id, period) JOIN partners ON partners.id = cap_uses.partner_id
        """
    )
    op.execute(
        """
        INSERT INTO cap_reservations (lead_id, cap_id, starts_at, amount)
        SELECT leads.id, caps.id, took.starts_on::timestamp AT TIME ZONE partners.time_zone, 1
        FROM leads CROSS JOIN LATERAL (VALUES ('day', cap_day), ('month', cap_month)) AS took (period, starts_on)
        JOIN caps ON caps.partner_id = leads.partner_id AND caps.period = took.period
        JOIN partners ON partners.id = leads.partner_id WHERE took.starts_on IS NOT NULL
        """
    )


def downgrade() -> None:
    op.drop_column("leads", "may_wait")
    for table in ("pace_counters", "partner_schedules", "cap_reservations", "cap_counters", "caps"):
        op.drop_table(table)


def _make_caps() -> None:
    op.create_table(
        "caps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("period", one_of("capperiod", "hour", "day", "week", "month", "lifetime"), nullable=False),
        sa.Column("measure", one_of("capmeasure", "count", "budget"), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("when_full", one_of("whenfull", "hold", "tell"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("most >= 0", name=op.f("ck_caps_most_not_negative")),
        sa.CheckConstraint("num_nonnulls(group_id, program_id, state) <= 1", name=op.f("ck_caps_one_scope")),
        sa.CheckConstraint("(measure = 'budget') = (currency IS NOT NULL)", name=op.f("ck_caps_budget_has_currency")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_caps_partner_id_partners")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["program_groups.id"], name=op.f("fk_caps_group_id_program_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caps")),
    )
    op.create_index(op.f("ix_caps_group_id"), "caps", ["group_id"])
    op.create_index(
        "uq_caps_in_force",
        "caps",
        ["partner_id", "period", "measure", *SCOPES],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "cap_counters",
        sa.Column("cap_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_cap_counters_used_not_negative")),
        sa.ForeignKeyConstraint(["cap_id"], ["caps.id"], name=op.f("fk_cap_counters_cap_id_caps"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("cap_id", "starts_at", name=op.f("pk_cap_counters")),
    )
    op.create_table(
        "cap_reservations",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("cap_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_cap_reservations_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_cap_reservations_lead_id_leads"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["cap_id"], ["caps.id"], name=op.f("fk_cap_reservations_cap_id_caps"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", "cap_id", name=op.f("pk_cap_reservations")),
    )
    op.create_index("ix_cap_reservations_cap_id", "cap_reservations", ["cap_id"])


def _make_schedules() -> None:
    op.create_table(
        "partner_schedules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("schedule", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_schedules_partner_id_partners")),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["program_groups.id"],
            name=op.f("fk_partner_schedules_group_id_program_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_schedules")),
    )
    op.create_index(op.f("ix_partner_schedules_group_id"), "partner_schedules", ["group_id"])
    op.create_index(
        "uq_partner_schedules_partner_id_group_id",
        "partner_schedules",
        ["partner_id", "group_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "pace_counters",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_pace_counters_used_not_negative")),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["partner_schedules.id"],
            name=op.f("fk_pace_counters_schedule_id_partner_schedules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "starts_at", name=op.f("pk_pace_counters")),
    )
