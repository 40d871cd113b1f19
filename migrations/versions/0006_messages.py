"""Messages, suppressions and the development inbox.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_header_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_mails")),
    )
    op.create_index(op.f("ix_inbox_mails_message_header_id"), "inbox_mails", ["message_header_id"], unique=False)
    op.create_index("ix_inbox_mails_received_at_id", "inbox_mails", ["received_at", "id"], unique=False)
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "message_class",
            sa.Enum(
                "transactional",
                "matches",
                "follow_up",
                "partner",
                "staff",
                name="messageclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("email_key", "message_class", name=op.f("uq_suppressions_email_key_message_class")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "message_class",
            sa.Enum(
                "transactional",
                "matches",
                "follow_up",
                "partner",
                "staff",
                name="messageclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "template",
            sa.Enum(
                "matched_programs",
                "introductions_opened",
                "introduction_update",
                "partner_lead_withdrawn",
                name="template",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("prospect_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("about", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "leased",
                "handed_over",
                "deferred",
                "bounced",
                "complained",
                "suppressed",
                "failed",
                "uncertain",
                name="messagestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts_made", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_messages_lead_id_leads")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_messages_partner_id_partners")),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_messages_prospect_id_prospects")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_messages_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index("ix_messages_created_at_id", "messages", ["created_at", "id"], unique=False)
    op.create_index("ix_messages_due_at", "messages", ["due_at"], unique=False, postgresql_where="due_at IS NOT NULL")
    op.create_index(op.f("ix_messages_lead_id"), "messages", ["lead_id"], unique=False)
    op.create_index(
        "ix_messages_leased_until",
        "messages",
        ["leased_until"],
        unique=False,
        postgresql_where="leased_until IS NOT NULL",
    )
    op.create_index(op.f("ix_messages_partner_id"), "messages", ["partner_id"], unique=False)
    op.create_index(op.f("ix_messages_prospect_id"), "messages", ["prospect_id"], unique=False)
    op.create_index(op.f("ix_messages_submission_id"), "messages", ["submission_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_messages_submission_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_prospect_id"), table_name="messages")
    op.drop_index(op.f("ix_messages_partner_id"), table_name="messages")
    op.drop_index("ix_messages_leased_until", table_name="messages", postgresql_where="leased_until IS NOT NULL")
    op.drop_index(op.f("ix_messages_lead_id"), table_name="messages")
    op.drop_index("ix_messages_due_at", table_name="messages", postgresql_where="due_at IS NOT NULL")
    op.drop_index("ix_messages_created_at_id", table_name="messages")
    op.drop_table("messages")
    op.drop_table("suppressions")
    op.drop_index("ix_inbox_mails_received_at_id", table_name="inbox_mails")
    op.drop_index(op.f("ix_inbox_mails_message_header_id"), table_name="inbox_mails")
    op.drop_table("inbox_mails")
