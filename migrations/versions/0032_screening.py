"""How leads are screened: grades, keys of a person, marks of duplicates, confirmed addresses.

Revision 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
CHECK = "ck_messages_template"
MAILS = ("confirm_introductions", "partner_paused")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column("leads", sa.Column("grade", words("grade", "valid", "caution", "invalid"), nullable=True))
    op.add_column("leads", sa.Column("findings", JSONB, server_default="[]", nullable=False))
    op.add_column("prospects", sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("prospects", sa.Column("confirm_hash", sa.LargeBinary(), nullable=True))
    op.create_unique_constraint(op.f("uq_prospects_confirm_hash"), "prospects", ["confirm_hash"])
    _create_policies()
    _create_duplicates()
    change_words(CHECK, "template", add=MAILS)


def _create_policies() -> None:
    op.create_table(
        "screening_policies",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("match_sets", JSONB, nullable=False),
        sa.Column("in_flight_holds", sa.Boolean(), nullable=False),
        sa.Column("partner_days", sa.Integer(), nullable=False),
        sa.Column("partner_holds", sa.Boolean(), nullable=False),
        sa.Column("system_days", sa.Integer(), nullable=False),
        sa.Column("system_holds", sa.Boolean(), nullable=False),
        sa.Column("confirmed_email_only", sa.Boolean(), nullable=False),
        sa.Column("complaint_percent", sa.Integer(), nullable=False),
        sa.Column("complaint_sample", sa.Integer(), nullable=False),
        sa.Column("complaint_days", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "partner_days >= 0 AND system_days >= 0 AND complaint_days >= 1",
            name=op.f("ck_screening_policies_days_not_negative"),
        ),
        sa.CheckConstraint(
            "complaint_percent >= 1 AND complaint_percent <= 100", name=op.f("ck_screening_policies_percent_in_range")
        ),
        sa.CheckConstraint("complaint_sample >= 1", name=op.f("ck_screening_policies_sample_not_empty")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_screening_policies_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_screening_policies")),
    )


def _create_duplicates() -> None:
    op.create_table(
        "prospect_keys",
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", words("matchset", "email", "phone", "name_and_postal_code", "name_and_phone"), nullable=False
        ),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_prospect_keys_prospect_id_prospects")),
        sa.PrimaryKeyConstraint("prospect_id", "kind", name=op.f("pk_prospect_keys")),
    )
    op.create_index("ix_prospect_keys_key_kind", "prospect_keys", ["key", "kind"])
    op.create_table(
        "duplicate_marks",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("level", words("duplicatelevel", "in_flight", "partner", "system"), nullable=False),
        sa.Column("other_lead_id", sa.Uuid(), nullable=False),
        sa.Column("matched_by", JSONB, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_duplicate_marks_lead_id_leads")),
        sa.PrimaryKeyConstraint("lead_id", "level", name=op.f("pk_duplicate_marks")),
    )
    op.create_index(op.f("ix_duplicate_marks_other_lead_id"), "duplicate_marks", ["other_lead_id"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempts USING messages WHERE attempts.message_id = messages.id "
        "AND messages.template IN ('confirm_introductions', 'partner_paused')"
    )
    op.execute("DELETE FROM messages WHERE template IN ('confirm_introductions', 'partner_paused')")
    change_words(CHECK, "template", remove=MAILS)
    op.drop_table("duplicate_marks")
    op.drop_table("prospect_keys")
    op.drop_table("screening_policies")
    op.drop_constraint(op.f("uq_prospects_confirm_hash"), "prospects", type_="unique")
    op.drop_column("prospects", "confirm_hash")
    op.drop_column("prospects", "email_confirmed_at")
    op.drop_column("leads", "findings")
    op.drop_constraint(op.f("ck_leads_grade"), "leads", type_="check")
    op.drop_column("leads", "grade")
