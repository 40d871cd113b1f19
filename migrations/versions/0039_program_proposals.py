"""Partners' proposals for their own listings.

Revision 0039, after 0038.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KINDS = ("listing", "removal")
STATUSES = ("pending", "accepted", "declined", "withdrawn")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "program_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", words("proposalkind", *KINDS), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("listing", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("status", words("proposalstatus", *STATUSES), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'listing') = (listing IS NOT NULL)", name=op.f("ck_program_proposals_listing_given")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_program_proposals_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_proposals")),
    )
    op.create_index(
        "ix_program_proposals_partner_id_created_at_id", "program_proposals", ["partner_id", "created_at", "id"]
    )
    op.create_index("ix_program_proposals_status_created_at_id", "program_proposals", ["status", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_program_proposals_status_created_at_id", table_name="program_proposals")
    op.drop_index("ix_program_proposals_partner_id_created_at_id", table_name="program_proposals")
    op.drop_table("program_proposals")
