"""What staff keep at their desk: saved views and columns of lists, and acts upon many with where they stand.

Revision 0061, after 0060.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

EVENT = ("bulk_act.due",)
LISTS = ("leads", "deliveries", "messages", "submissions", "programs", "partners", "audit")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def at(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("list", words("stafflist", *LISTS), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        at("created_at", now=True),
        sa.CheckConstraint("char_length(name) <= 60", name=op.f("ck_saved_views_name_length")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_accounts.id"], name=op.f("fk_saved_views_staff_id_staff_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("staff_id", "list", "name", name=op.f("uq_saved_views_staff_id_list_name")),
    )
    op.create_index("ix_saved_views_shared", "saved_views", ["list"], postgresql_where="shared")
    op.create_table(
        "list_choices",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("list", words("stafflist", *LISTS), nullable=False),
        sa.Column("hidden", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("default_view_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_accounts.id"], name=op.f("fk_list_choices_staff_id_staff_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["default_view_id"],
            ["saved_views.id"],
            name=op.f("fk_list_choices_default_view_id_saved_views"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("staff_id", "list", name=op.f("pk_list_choices")),
    )
    op.create_index(op.f("ix_list_choices_default_view_id"), "list_choices", ["default_view_id"])
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", words("bulkkind", "release", "end", "mark_invalid", "replay", "resend"), nullable=False),
        sa.Column("status", words("bulkstatus", "planned", "running", "done"), nullable=False),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.Column("left_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("remote_address", sa.Text(), nullable=True),
        at("created_at", now=True),
        at("started_at", nullable=True),
        at("finished_at", nullable=True),
        sa.CheckConstraint(
            "(status = 'planned') = (started_at IS NULL)", name=op.f("ck_bulk_acts_started_when_not_planned")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_accounts.id"], name=op.f("fk_bulk_acts_staff_id_staff_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_acts")),
    )
    op.create_index(op.f("ix_bulk_acts_staff_id"), "bulk_acts", ["staff_id"])
    op.create_index("ix_bulk_acts_running", "bulk_acts", ["started_at"], postgresql_where="status = 'running'")
    op.create_table(
        "bulk_act_items",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", words("itemstatus", "waiting", "done", "refused"), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["act_id"], ["bulk_acts.id"], name=op.f("fk_bulk_act_items_act_id_bulk_acts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("act_id", "object_id", name=op.f("pk_bulk_act_items")),
    )
    op.create_index(
        "ix_bulk_act_items_waiting", "bulk_act_items", ["act_id", "number"], postgresql_where="status = 'waiting'"
    )
    change_words("ck_outbox_events_eventkind", "kind", add=EVENT)


def downgrade() -> None:
    op.execute("DELETE FROM outbox_events WHERE kind = 'bulk_act.due'")
    change_words("ck_outbox_events_eventkind", "kind", remove=EVENT)
    for table in ("bulk_act_items", "bulk_acts", "list_choices", "saved_views"):
        op.drop_table(table)
