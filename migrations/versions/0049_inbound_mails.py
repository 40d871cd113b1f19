"""Mails that come back to us, and the address each message went to.

Revision 0049, after 0048.
"""

import sqlalchemy as sa
from alembic import op

from migrations.word_check import change_words

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

KINDS = (
    "hard_bounce",
    "soft_bounce",
    "blocked",
    "delayed",
    "delivered",
    "complaint",
    "autoreply",
    "challenge",
    "other",
)


def upgrade() -> None:
    op.add_column("messages", sa.Column("recipient_key", sa.LargeBinary(), nullable=True))
    # What was sent before went to the address its prospect has now, but where that was changed since.
    op.execute(
        "UPDATE messages SET recipient_key = prospects.email_key FROM prospects WHERE prospects.id = prospect_id"
        " AND handed_over_at IS NOT NULL AND prospects.address_version = 0"
    )
    op.create_index(
        "ix_messages_recipient_key", "messages", ["recipient_key"], postgresql_where="recipient_key IS NOT NULL"
    )
    op.create_table(
        "inbound_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("return_token", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_key", sa.LargeBinary(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="reportkind", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("status_code", sa.Text(), nullable=True),
        sa.Column("diagnosis", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_inbound_mails_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mails")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbound_mails_digest")),
    )
    op.create_index(op.f("ix_inbound_mails_message_id"), "inbound_mails", ["message_id"])
    op.create_index(op.f("ix_inbound_mails_received_at"), "inbound_mails", ["received_at"])
    op.create_index(
        "ix_inbound_mails_unhandled", "inbound_mails", ["received_at"], postgresql_where="handled_at IS NULL"
    )
    op.create_index("ix_inbound_mails_recipient_key_received_at", "inbound_mails", ["recipient_key", "received_at"])
    change_words("ck_outbox_events_eventkind", "kind", add=("mail.received",))


def downgrade() -> None:
    op.execute("DELETE FROM outbox_events WHERE kind = 'mail.received'")
    change_words("ck_outbox_events_eventkind", "kind", remove=("mail.received",))
    op.drop_index("ix_inbound_mails_recipient_key_received_at", table_name="inbound_mails")
    op.drop_index("ix_inbound_mails_unhandled", table_name="inbound_mails")
    op.drop_index(op.f("ix_inbound_mails_received_at"), table_name="inbound_mails")
    op.drop_index(op.f("ix_inbound_mails_message_id"), table_name="inbound_mails")
    op.drop_table("inbound_mails")
    op.drop_index("ix_messages_recipient_key", table_name="messages")
    op.drop_column("messages", "recipient_key")
