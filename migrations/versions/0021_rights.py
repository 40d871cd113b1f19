"""New addresses that wait to be confirmed, when kept consents were deleted, and Global Privacy Control.

Revision 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("prospects", sa.Column("pending_email", sa.Text(), nullable=True))
    op.add_column("prospects", sa.Column("pending_hash", sa.LargeBinary(), nullable=True))
    op.add_column("prospects", sa.Column("pending_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("prospects", sa.Column("address_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("prospects", sa.Column("consents_purged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_prospects_pending_hash"), "prospects", ["pending_hash"])
    there = sa.text("erased_at IS NOT NULL")
    op.create_index("ix_prospects_erased_at", "prospects", ["erased_at"], postgresql_where=there)
    op.add_column("submissions", sa.Column("gpc", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("submissions", "gpc")
    op.drop_index("ix_prospects_erased_at", table_name="prospects")
    op.drop_constraint(op.f("uq_prospects_pending_hash"), "prospects", type_="unique")
    for column in ("consents_purged_at", "address_version", "pending_until", "pending_hash", "pending_email"):
        op.drop_column("prospects", column)
