"""A mail that stays with the address it was written for: the old one is told when a new one is given.

Revision 0025, after 0023.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

TEMPLATE = "address_change"


def upgrade() -> None:
    op.add_column("messages", sa.Column("recipient", sa.Text(), nullable=True))
    _allow(lambda words: [*words, TEMPLATE])


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempts USING messages "
        "WHERE attempts.message_id = messages.id AND messages.template = 'address_change'"
    )
    op.execute("DELETE FROM messages WHERE template = 'address_change'")
    _allow(lambda words: [word for word in words if word != TEMPLATE])
    op.drop_column("messages", "recipient")


def _allow(change: Callable[[list[str]], list[str]]) -> None:
    """Change the templates there may be, whatever other migrations have added to them meanwhile."""
    told = op.get_bind().execute(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_messages_template'")
    )
    quoted = ", ".join(f"'{word}'" for word in change(re.findall(r"'([^']*)'", told.scalar_one())))
    op.drop_constraint(op.f("ck_messages_template"), "messages", type_="check")
    op.create_check_constraint(op.f("ck_messages_template"), "messages", f"template IN ({quoted})")
