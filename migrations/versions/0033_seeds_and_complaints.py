"""Seed leads with the contacts made after them, and complaints of students.

Revision 0033, after 0032.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def now() -> sa.Column[datetime]:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def upgrade() -> None:
    op.add_column("leads", sa.Column("seed", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "seed_leads",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        now(),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_seed_leads_lead_id_leads")),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_seed_leads")),
    )
    op.create_index(op.f("ix_seed_leads_address_key"), "seed_leads", ["address_key"])
    op.create_table(
        "seed_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", words("contactway", "email", "phone", "text", "post"), nullable=False),
        sa.Column("source", words("contactsource", "staff", "inbound"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        now(),
        sa.CheckConstraint("char_length(reference) <= 200", name=op.f("ck_seed_contacts_reference_length")),
        sa.ForeignKeyConstraint(["lead_id"], ["seed_leads.lead_id"], name=op.f("fk_seed_contacts_lead_id_seed_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seed_contacts")),
        sa.UniqueConstraint("reference", name=op.f("uq_seed_contacts_reference")),
    )
    op.create_index("ix_seed_contacts_lead_id_at", "seed_contacts", ["lead_id", "at"])
    op.create_table(
        "complaints",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            words(
                "complaintkind",
                *("too_many_contacts", "wrong_way", "did_not_stop", "passed_on", "misleading", "other"),
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        now(),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_complaints_lead_id_leads")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_complaints_partner_id_partners")),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_complaints")),
    )
    op.create_index("ix_complaints_partner_id_at", "complaints", ["partner_id", "at"])


def downgrade() -> None:
    op.drop_table("complaints")
    op.drop_table("seed_contacts")
    op.drop_table("seed_leads")
    op.drop_column("leads", "seed")
