"""What becomes of leads whose details look strange: each partner says whether somebody looks first.

Revision 0041, after 0039.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("screening_policies", sa.Column("cautions_hold", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("screening_policies", "cautions_hold")
