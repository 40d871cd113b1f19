"""People of a partner who log in to the portal, and the links by which they set a password.

Revision 0036, after 0035.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CHECK = "ck_messages_template"
TEMPLATE = "partner_access"
NOW = sa.text("now()")
ROLES = sa.Enum("owner", "admissions", "read_only", name="partnerrole", native_enum=False, length=40)
PURPOSES = sa.Enum("invitation", "password_reset", name="accesspurpose", native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "partner_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", ROLES, nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("session_stamp", sa.Text(), nullable=False),
        sa.Column("sealed_totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("recovery_codes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_partner_accounts_name_length")),
        sa.CheckConstraint(
            "role IN ('owner', 'admissions', 'read_only')", name=op.f("ck_partner_accounts_partnerrole")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_accounts_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_accounts")),
        sa.UniqueConstraint("session_stamp", name=op.f("uq_partner_accounts_session_stamp")),
    )
    op.create_index("uq_partner_accounts_email", "partner_accounts", [sa.text("lower(email)")], unique=True)
    op.create_index("ix_partner_accounts_partner_id_created_at", "partner_accounts", ["partner_id", "created_at"])
    op.create_table(
        "partner_access_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("email_key", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", PURPOSES, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('invitation', 'password_reset')", name=op.f("ck_partner_access_links_accesspurpose")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["partner_accounts.id"],
            name=op.f("fk_partner_access_links_account_id_partner_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_access_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partner_access_links_token_hash")),
    )
    op.create_index(op.f("ix_partner_access_links_account_id"), "partner_access_links", ["account_id"])
    op.create_index(op.f("ix_partner_access_links_expires_at"), "partner_access_links", ["expires_at"])
    op.create_index("ix_partner_access_links_email_key_created_at", "partner_access_links", ["email_key", "created_at"])
    change_words(CHECK, "template", add=(TEMPLATE,))


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempts USING messages "
        "WHERE attempts.message_id = messages.id AND messages.template = 'partner_access'"
    )
    op.execute("DELETE FROM messages WHERE template = 'partner_access'")
    change_words(CHECK, "template", remove=(TEMPLATE,))
    op.drop_table("partner_access_links")
    op.drop_table("partner_accounts")
