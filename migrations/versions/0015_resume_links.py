"""Links that open a form on another device, and the mail that carries one.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

from migrations.word_check import change_words

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MAIL = "resume_link"
CHECK = "ck_messages_template"


def upgrade() -> None:
    op.create_table(
        "resume_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_resume_links_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_resume_links_token_hash")),
    )
    for column in ("draft_id", "email_key", "expires_at"):
        op.create_index(op.f(f"ix_resume_links_{column}"), "resume_links", [column])
    op.add_column("messages", sa.Column("resume_link_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_messages_resume_link_id_resume_links"),
        "messages",
        "resume_links",
        ["resume_link_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_messages_resume_link_id"), "messages", ["resume_link_id"])
    change_words(CHECK, "template", add=(MAIL,))


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempts USING messages "
        "WHERE attempts.message_id = messages.id AND messages.template = 'resume_link'"
    )
    op.execute("DELETE FROM messages WHERE template = 'resume_link'")
    change_words(CHECK, "template", remove=(MAIL,))
    op.drop_index(op.f("ix_messages_resume_link_id"), table_name="messages")
    op.drop_constraint(op.f("fk_messages_resume_link_id_resume_links"), "messages", type_="foreignkey")
    op.drop_column("messages", "resume_link_id")
    op.drop_table("resume_links")
