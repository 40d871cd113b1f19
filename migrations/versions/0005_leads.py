"""Leads, their timeline and consents.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "undo_window",
                "queued",
                "held_cap",
                "held_schedule",
                "held_review",
                "delivering",
                "delivered",
                "rejected",
                "duplicate_at_partner",
                "failed",
                "withdrawn",
                "expired",
                "filtered",
                "invalid",
                name="leadstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cap_day", sa.Date(), nullable=True),
        sa.Column("cap_month", sa.Date(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_leads_match_id_matches")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_leads_partner_id_partners")),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_leads_prospect_id_prospects")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_leads_submission_id_submissions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("submission_id", "partner_id", name=op.f("uq_leads_submission_id_partner_id")),
    )
    op.create_index("ix_leads_created_at_id", "leads", ["created_at", "id"], unique=False)
    op.create_index("ix_leads_due_at", "leads", ["due_at"], unique=False, postgresql_where="due_at IS NOT NULL")
    op.create_index("ix_leads_partner_id_created_at_id", "leads", ["partner_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_leads_prospect_id"), "leads", ["prospect_id"], unique=False)
    op.create_index("ix_leads_status_created_at_id", "leads", ["status", "created_at", "id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("prospect_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("given", "withdrawn", name="consentkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "introduction",
                "matches_by_mail",
                name="consentpurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("legal_entity", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_consents_lead_id_leads")),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_consents_prospect_id_prospects")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_consents_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("prospect_id", "sequence", name=op.f("uq_consents_prospect_id_sequence")),
    )
    op.create_index(op.f("ix_consents_lead_id"), "consents", ["lead_id"], unique=False)
    op.create_index(op.f("ix_consents_submission_id"), "consents", ["submission_id"], unique=False)
    op.create_table(
        "lead_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_events_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_events")),
    )
    op.create_index(op.f("ix_lead_events_lead_id"), "lead_events", ["lead_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_lead_events_lead_id"), table_name="lead_events")
    op.drop_table("lead_events")
    op.drop_index(op.f("ix_consents_submission_id"), table_name="consents")
    op.drop_index(op.f("ix_consents_lead_id"), table_name="consents")
    op.drop_table("consents")
    op.drop_index("ix_leads_status_created_at_id", table_name="leads")
    op.drop_index(op.f("ix_leads_prospect_id"), table_name="leads")
    op.drop_index("ix_leads_partner_id_created_at_id", table_name="leads")
    op.drop_index("ix_leads_due_at", table_name="leads", postgresql_where="due_at IS NOT NULL")
    op.drop_index("ix_leads_created_at_id", table_name="leads")
    op.drop_table("leads")
