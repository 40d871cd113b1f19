"""How our mail is taken, and the mail that tells staff.

Revision 0048, after 0047.
"""

import sqlalchemy as sa
from alembic import op

from migrations.word_check import change_words

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

CHECK = "ck_messages_template"
TEMPLATE = "staff_alert"


def upgrade() -> None:
    op.create_table(
        "mail_reputation",
        sa.Column("id", sa.Integer(), autoincrement=False, server_default="1", nullable=False),
        sa.Column("handed_over", sa.Integer(), nullable=False),
        sa.Column("complained", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overruled_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_reputation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_reputation")),
    )
    op.create_index(
        "ix_messages_handed_over_at",
        "messages",
        ["handed_over_at"],
        postgresql_where=sa.text("handed_over_at IS NOT NULL"),
    )
    change_words(CHECK, "template", add=(TEMPLATE,))


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempts USING messages "
        "WHERE attempts.message_id = messages.id AND messages.template = 'staff_alert'"
    )
    op.execute("DELETE FROM messages WHERE template = 'staff_alert'")
    change_words(CHECK, "template", remove=(TEMPLATE,))
    op.drop_index("ix_messages_handed_over_at", table_name="messages")
    op.drop_table("mail_reputation")
