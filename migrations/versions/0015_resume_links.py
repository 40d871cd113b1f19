"""Links that open a form on another device, and the mail that carries one.

Revision 0015, after 0014.
"""

import re

import sqlalchemy as sa
from alembic import op

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
    _allow(_allowed() | {MAIL})


def downgrade() -> None:
    op.execute(
        f"DELETE FROM attempts WHERE message_id IN (SELECT id FROM messages WHERE template = '{MAIL}')"  # noqa: S608
    )
    op.execute(f"DELETE FROM messages WHERE template = '{MAIL}'")  # noqa: S608
    _allow(_allowed() - {MAIL})
    op.drop_index(op.f("ix_messages_resume_link_id"), table_name="messages")
    op.drop_constraint(op.f("fk_messages_resume_link_id_resume_links"), "messages", type_="foreignkey")
    op.drop_column("messages", "resume_link_id")
    op.drop_table("resume_links")


def _allowed() -> set[str]:
    """The mails that the table takes at this moment."""
    query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    return set(re.findall(r"'([a-z_]+)'", op.get_bind().execute(query, {"name": CHECK}).scalar_one()))


def _allow(mails: set[str]) -> None:
    op.drop_constraint(op.f(CHECK), "messages", type_="check")
    op.create_check_constraint(op.f(CHECK), "messages", sa.column("template", sa.Text()).in_(sorted(mails)))
