"""Partners, their endpoints, terms and caps.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "test",
                "live",
                "paused",
                "ended",
                name="partnerstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("slug", name=op.f("uq_partners_slug")),
    )
    op.create_table(
        "cap_uses",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "period",
            sa.Enum("day", "month", name="capperiod", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_cap_uses_used_not_negative")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_cap_uses_partner_id_partners")),
        sa.PrimaryKeyConstraint("partner_id", "period", "starts_on", name=op.f("pk_cap_uses")),
    )
    op.create_table(
        "partner_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("ck_partner_endpoints_url_scheme")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_endpoints_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_endpoints")),
    )
    op.create_index(op.f("ix_partner_endpoints_partner_id"), "partner_endpoints", ["partner_id"], unique=False)
    op.create_table(
        "partner_institutions",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_partner_institutions_institution_id_institutions")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_partner_institutions_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("pk_partner_institutions")),
    )
    op.create_index(op.f("ix_partner_institutions_partner_id"), "partner_institutions", ["partner_id"], unique=False)
    op.create_table(
        "partner_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("monthly_cap", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partner_terms_currency_iso4217")),
        sa.CheckConstraint("daily_cap >= 0 AND monthly_cap >= 0", name=op.f("ck_partner_terms_caps_not_negative")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_partner_terms_price_not_negative")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_terms_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_terms")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_partner_terms_partner_id")),
    )


def downgrade() -> None:
    op.drop_table("partner_terms")
    op.drop_index(op.f("ix_partner_institutions_partner_id"), table_name="partner_institutions")
    op.drop_table("partner_institutions")
    op.drop_index(op.f("ix_partner_endpoints_partner_id"), table_name="partner_endpoints")
    op.drop_table("partner_endpoints")
    op.drop_table("cap_uses")
    op.drop_table("partners")
