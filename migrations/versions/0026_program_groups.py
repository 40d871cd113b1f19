"""Groups of a partner's programs, and the checks that a person decided to overlook for one lead.

Revision 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("leads", sa.Column("waived", JSONB, server_default="[]", nullable=False))
    op.create_table(
        "program_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "char_length(name) >= 1 AND char_length(name) <= 100", name=op.f("ck_program_groups_name_length")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_program_groups_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_groups")),
        sa.UniqueConstraint("partner_id", "name", name=op.f("uq_program_groups_partner_id_name")),
    )
    op.create_table(
        "grouped_programs",
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["program_groups.id"],
            name=op.f("fk_grouped_programs_group_id_program_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_grouped_programs")),
    )
    op.create_index(op.f("ix_grouped_programs_group_id"), "grouped_programs", ["group_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_grouped_programs_group_id"), table_name="grouped_programs")
    op.drop_table("grouped_programs")
    op.drop_table("program_groups")
    op.drop_column("leads", "waived")
