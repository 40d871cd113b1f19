"""Invitations of staff by mail, what an owner asks of all, and an audit log that can be searched.

Revision 0057, after 0056.
"""

import sqlalchemy as sa
from alembic import op

from migrations.word_check import change_words

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

CHECK = "ck_messages_template"
TEMPLATES = ("staff_access", "account_news")
OURS = "template IN ('staff_access', 'account_news')"
# OURS is written above and nobody else can say anything in it: hence the exceptions from the rule on made-up SQL.
FORGET_MAILS = (
    f"UPDATE inbound_mails SET message_id = NULL FROM messages WHERE messages.id = message_id AND {OURS}",  # noqa: S608
    f"DELETE FROM attempts USING messages WHERE messages.id = message_id AND {OURS}",  # noqa: S608
    f"DELETE FROM outbox_events USING messages WHERE messages.id = subject_id AND {OURS}",  # noqa: S608
    f"DELETE FROM messages WHERE {OURS}",  # noqa: S608
)
PURPOSES = sa.Enum("invitation", "password_reset", name="staffaccesspurpose", native_enum=False, length=40)
SEARCHED = ("staff_id", "action", "object_type")


def upgrade() -> None:
    op.create_table(
        "staff_access_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", PURPOSES, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('invitation', 'password_reset')", name=op.f("ck_staff_access_links_staffaccesspurpose")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_accounts.id"], name=op.f("fk_staff_access_links_staff_id_staff_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_access_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_access_links_token_hash")),
    )
    op.create_index(op.f("ix_staff_access_links_staff_id"), "staff_access_links", ["staff_id"])
    op.create_index(op.f("ix_staff_access_links_expires_at"), "staff_access_links", ["expires_at"])
    op.create_table(
        "staff_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_step_required", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_staff_policy_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_policy")),
    )
    op.drop_index(op.f("ix_audit_entries_staff_id"), table_name="audit_entries")
    for column in SEARCHED:
        op.create_index(f"ix_audit_entries_{column}_at_id", "audit_entries", [column, "at", "id"])
    change_words(CHECK, "template", add=TEMPLATES)


def downgrade() -> None:
    for statement in FORGET_MAILS:
        op.execute(statement)
    change_words(CHECK, "template", remove=TEMPLATES)
    for column in SEARCHED:
        op.drop_index(f"ix_audit_entries_{column}_at_id", table_name="audit_entries")
    op.create_index(op.f("ix_audit_entries_staff_id"), "audit_entries", ["staff_id"])
    op.drop_table("staff_policy")
    op.drop_table("staff_access_links")
