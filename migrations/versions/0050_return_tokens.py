"""Give each message a return token: a random one, which its envelope sender carries.

Revision 0050, after 0039.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0039"
branch_labels = None
depends_on = None

RANDOM = "left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)"


def upgrade() -> None:
    # The default fills the rows there are, and those that the release before this one still writes.
    op.add_column("messages", sa.Column("return_token", sa.Text(), server_default=sa.text(RANDOM), nullable=False))
    op.create_unique_constraint(op.f("uq_messages_return_token"), "messages", ["return_token"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_messages_return_token"), "messages", type_="unique")
    op.drop_column("messages", "return_token")
