"""A mail that stays with the address it was written for: the old one is told when a new one is given.

Revision 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

from migrations.word_check import change_words

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CHECK = "ck_messages_template"
TEMPLATE = "address_change"


def upgrade() -> None:
    op.add_column("messages", sa.Column("recipient", sa.Text(), nullable=True))
    change_words(CHECK, "template", add=(TEMPLATE,))


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempts USING messages "
        "WHERE attempts.message_id = messages.id AND messages.template = 'address_change'"
    )
    op.execute("DELETE FROM messages WHERE template = 'address_change'")
    change_words(CHECK, "template", remove=(TEMPLATE,))
    op.drop_column("messages", "recipient")
