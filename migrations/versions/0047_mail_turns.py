"""How much mail one domain gets at once and in a minute.

Revision 0047, after 0046.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("leased_domain", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "mail_domains",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mail_domains")),
    )


def downgrade() -> None:
    op.drop_table("mail_domains")
    op.drop_column("messages", "slot_at")
    op.drop_column("messages", "leased_domain")
