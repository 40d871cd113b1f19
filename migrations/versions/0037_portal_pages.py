"""What the portal needs of older tables: whose people acted, who paused a partner, and indexes for its lists.

Revision 0037, after 0036.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("partner_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_audit_entries_partner_id_partners"), "audit_entries", "partners", ["partner_id"], ["id"]
    )
    op.create_index(
        "ix_audit_entries_partner_id_at_id",
        "audit_entries",
        ["partner_id", "at", "id"],
        postgresql_where=sa.text("partner_id IS NOT NULL"),
    )
    op.create_index("ix_leads_partner_id_status_created_at_id", "leads", ["partner_id", "status", "created_at", "id"])
    op.create_index("ix_leads_test", "leads", ["partner_id", "created_at", "id"], postgresql_where=sa.text("test"))
    op.add_column("partners", sa.Column("paused_by_partner", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("partners", "paused_by_partner")
    op.drop_index("ix_leads_test", table_name="leads")
    op.drop_index("ix_leads_partner_id_status_created_at_id", table_name="leads")
    op.drop_index("ix_audit_entries_partner_id_at_id", table_name="audit_entries")
    op.drop_constraint(op.f("fk_audit_entries_partner_id_partners"), "audit_entries", type_="foreignkey")
    op.drop_column("audit_entries", "partner_id")
