"""What becomes of leads whose details look strange: each partner says whether somebody looks first.

Revision 0044, after 0043.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("screening_policies", sa.Column("cautions_hold", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("screening_policies", "cautions_hold")
