"""Filters of partners and of their program groups, every version kept.

Revision 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_filters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "on_unknown",
            sa.Enum("pass", "review", name="onunknown", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_partner_filters_version_from_one")),
        sa.CheckConstraint("char_length(text) <= 20000", name=op.f("ck_partner_filters_text_length")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_filters_partner_id_partners")),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["program_groups.id"],
            name=op.f("fk_partner_filters_group_id_program_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_filters")),
    )
    op.create_index(
        "uq_partner_filters_partner_id_version",
        "partner_filters",
        ["partner_id", "version"],
        unique=True,
        postgresql_where="group_id IS NULL",
    )
    op.create_index("uq_partner_filters_group_id_version", "partner_filters", ["group_id", "version"], unique=True)
    op.create_index(
        "ix_partner_filters_partner_id_group_id_version", "partner_filters", ["partner_id", "group_id", "version"]
    )


def downgrade() -> None:
    op.drop_table("partner_filters")
