"""What students of other states pay, where a listing publishes another price for them.

Revision 0024, after 0023. Null says that no other price is published; the release before it reads and writes neither.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("programs", "listing_revisions")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("tuition_out_of_state_cents", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "tuition_out_of_state_cents")
