"""Notices to partners, what was sent, and links by mail.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Words = tuple[str, ...]

NEW_WORDS: tuple[tuple[str, str, str, Words], ...] = (
    ("outbox_events", "kind", "eventkind", ("notice.due", "link.requested")),
    ("messages", "template", "template", ("partner_notice", "my_data_links", "confirm_address")),
)


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "partner_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _word("noticekind", "withdrawn", "corrected", "erased"), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column(
            "status",
            _word("noticestatus", "pending", "leased", "told", "acknowledged", "failed", "cancelled"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts_made", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", _word("acknowledgedby", "answer", "link"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_partner_notices_lead_id_leads")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_notices_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_notices")),
        sa.UniqueConstraint("webhook_id", name=op.f("uq_partner_notices_webhook_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partner_notices_token_hash")),
    )
    op.create_index("ix_partner_notices_lead_id", "partner_notices", ["lead_id"])
    op.create_index("ix_partner_notices_partner_id", "partner_notices", ["partner_id"])
    once = sa.text("kind IN ('withdrawn', 'erased')")
    op.create_index(
        "uq_partner_notices_lead_id_kind", "partner_notices", ["lead_id", "kind"], unique=True, postgresql_where=once
    )
    for column in ("due_at", "leased_until"):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_partner_notices_{column}", "partner_notices", [column], postgresql_where=there)
    op.create_table(
        "link_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", _word("linkpurpose", "my_data", "confirm_address"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
    )
    op.create_index("ix_link_requests_at", "link_requests", ["at"])
    op.create_index("ix_link_requests_email_key_at", "link_requests", ["email_key", "at"])
    unanswered = sa.text("answered_at IS NULL")
    op.create_index("ix_link_requests_unanswered", "link_requests", ["at"], postgresql_where=unanswered)
    op.add_column("deliveries", sa.Column("sent", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("attempts", sa.Column("notice_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_attempts_notice_id_partner_notices"), "attempts", "partner_notices", ["notice_id"], ["id"]
    )
    op.create_index("ix_attempts_notice_id", "attempts", ["notice_id"])
    op.drop_constraint(op.f("ck_attempts_one_subject"), "attempts", type_="check")
    op.create_check_constraint(
        op.f("ck_attempts_one_subject"), "attempts", "num_nonnulls(delivery_id, message_id, notice_id) = 1"
    )
    for table, column, name, words in NEW_WORDS:
        change_words(f"ck_{table}_{name}", column, add=words)


def downgrade() -> None:
    for table, column, name, words in NEW_WORDS:
        rows = sa.table(table, sa.column("id"), sa.column(column))
        unknown_before = rows.c[column].in_(words)
        if table == "messages":
            attempts = sa.table("attempts", sa.column("message_id"))
            op.execute(sa.delete(attempts).where(attempts.c.message_id.in_(sa.select(rows.c.id).where(unknown_before))))
        op.execute(sa.delete(rows).where(unknown_before))
        change_words(f"ck_{table}_{name}", column, remove=words)
    op.execute("DELETE FROM attempts WHERE notice_id IS NOT NULL")
    op.drop_constraint(op.f("ck_attempts_one_subject"), "attempts", type_="check")
    op.create_check_constraint(op.f("ck_attempts_one_subject"), "attempts", "num_nonnulls(delivery_id, message_id) = 1")
    op.drop_index("ix_attempts_notice_id", table_name="attempts")
    op.drop_constraint(op.f("fk_attempts_notice_id_partner_notices"), "attempts", type_="foreignkey")
    op.drop_column("attempts", "notice_id")
    op.drop_column("deliveries", "sent")
    op.drop_table("link_requests")
    op.drop_table("partner_notices")
