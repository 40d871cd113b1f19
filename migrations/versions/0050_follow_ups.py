"""Follow-ups with their due times, and the topics that a student can stop one by one.

Revision 0050, after 0049.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

KINDS = ("contact_question", "listing_changed")
"""Kinds of follow-ups, and the classes and templates of their mails."""


OURS = "template IN ('contact_question', 'listing_changed')"
# OURS is written above and nobody else can say anything in it: hence the exceptions from the rule on made-up SQL.
FORGET_MAILS = (
    f"UPDATE inbound_mails SET message_id = NULL FROM messages WHERE messages.id = message_id AND {OURS}",  # noqa: S608
    f"DELETE FROM attempts USING messages WHERE messages.id = message_id AND {OURS}",  # noqa: S608
    f"DELETE FROM outbox_events USING messages WHERE messages.id = subject_id AND {OURS}",  # noqa: S608
    f"DELETE FROM messages WHERE {OURS}",  # noqa: S608
)
ONE_CAUSE = "uq_suppressions_email_key_message_class"
EACH_CAUSE = "uq_suppressions_email_key_message_class_reason"


def upgrade() -> None:
    op.add_column("prospects", sa.Column("listing_news_from", sa.Integer(), nullable=True))
    op.create_index(
        "ix_prospects_listing_news_from",
        "prospects",
        ["listing_news_from"],
        postgresql_where="listing_news_from IS NOT NULL",
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="followupkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("about", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_follow_ups_prospect_id_prospects")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_follow_ups_lead_id_leads")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_follow_ups_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("key", name=op.f("uq_follow_ups_key")),
    )
    op.create_index(op.f("ix_follow_ups_prospect_id"), "follow_ups", ["prospect_id"])
    op.create_index(op.f("ix_follow_ups_lead_id"), "follow_ups", ["lead_id"])
    op.create_index("ix_follow_ups_due_at", "follow_ups", ["due_at"], postgresql_where="settled_at IS NULL")
    for table in ("messages", "suppressions"):
        change_words(f"ck_{table}_messageclass", "message_class", add=KINDS)
    change_words("ck_messages_template", "template", add=KINDS)
    # A row for each cause: lifting what a mail server said leaves what the student said.
    op.drop_constraint(op.f(ONE_CAUSE), "suppressions", type_="unique")
    op.create_index("ix_suppressions_created_at_id", "suppressions", ["created_at", "id"])
    op.create_unique_constraint(op.f(EACH_CAUSE), "suppressions", ["email_key", "message_class", "reason"])


def downgrade() -> None:
    op.drop_index("ix_follow_ups_due_at", table_name="follow_ups")
    op.drop_index(op.f("ix_follow_ups_lead_id"), table_name="follow_ups")
    op.drop_index(op.f("ix_follow_ups_prospect_id"), table_name="follow_ups")
    op.drop_table("follow_ups")
    op.execute(
        "DELETE FROM suppressions WHERE id NOT IN (SELECT DISTINCT ON (email_key, message_class) id FROM suppressions"
        " ORDER BY email_key, message_class, created_at, id)"
    )
    op.drop_index("ix_suppressions_created_at_id", table_name="suppressions")
    op.drop_constraint(op.f(EACH_CAUSE), "suppressions", type_="unique")
    op.create_unique_constraint(op.f(ONE_CAUSE), "suppressions", ["email_key", "message_class"])
    # The release before knows one class for all of them. What was stopped in part is stopped whole.
    op.execute(
        "INSERT INTO suppressions (id, email_key, message_class, reason, created_at)"
        " SELECT gen_random_uuid(), email_key, 'follow_up', min(reason), min(created_at) FROM suppressions"
        " WHERE message_class IN ('contact_question', 'listing_changed') GROUP BY email_key ON CONFLICT DO NOTHING"
    )
    op.execute("DELETE FROM suppressions WHERE message_class IN ('contact_question', 'listing_changed')")
    for statement in FORGET_MAILS:
        op.execute(statement)
    change_words("ck_messages_template", "template", remove=KINDS)
    for table in ("messages", "suppressions"):
        change_words(f"ck_{table}_messageclass", "message_class", remove=KINDS)
    op.drop_index("ix_prospects_listing_news_from", table_name="prospects")
    op.drop_column("prospects", "listing_news_from")
