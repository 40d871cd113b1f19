"""Links that staff ask for themselves: kept by a keyed hash of the address, whether or not it has an account.

Revision 0063, after 0062. The release before writes links with an account and without a hash, as may still be.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

TABLE = "staff_access_links"


def upgrade() -> None:
    op.alter_column(TABLE, "staff_id", nullable=True)
    op.add_column(TABLE, sa.Column("email_key", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_staff_access_links_email_key"), TABLE, ["email_key"])


def downgrade() -> None:
    op.execute("DELETE FROM staff_access_links WHERE staff_id IS NULL")
    op.drop_index(op.f("ix_staff_access_links_email_key"), table_name=TABLE)
    op.drop_column(TABLE, "email_key")
    op.alter_column(TABLE, "staff_id", nullable=False)
