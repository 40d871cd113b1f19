"""Requests about caps that an owner decides; and places in caps that can be counted while leads are locked.

Revision 0042, after 0041. The key of `cap_reservations.lead_id` goes, since its check waits for whoever has the lead
locked, and they may wait for the cap that is being set. Leads are never deleted, so it caught nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STATUSES = ("open", "approved", "declined", "taken_back")
LEAD_KEY = "fk_cap_reservations_lead_id_leads"


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "cap_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("cap_id", sa.Uuid(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("when_full", words("whenfull", "hold", "tell"), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("status", words("caprequeststatus", *STATUSES), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(most IS NULL) = (when_full IS NULL)", name=op.f("ck_cap_requests_whole_or_removal")),
        sa.CheckConstraint("most >= 0", name=op.f("ck_cap_requests_most_not_negative")),
        sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name=op.f("ck_cap_requests_decided_with_date")),
        sa.CheckConstraint("char_length(words) <= 500", name=op.f("ck_cap_requests_words_length")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_cap_requests_partner_id_partners")),
        sa.ForeignKeyConstraint(["cap_id"], ["caps.id"], name=op.f("fk_cap_requests_cap_id_caps"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_requests")),
    )
    op.create_index(
        "uq_cap_requests_open", "cap_requests", ["cap_id"], unique=True, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index(
        "ix_cap_requests_partner_id_status_created_at", "cap_requests", ["partner_id", "status", "created_at"]
    )
    op.drop_constraint(LEAD_KEY, "cap_reservations", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key(LEAD_KEY, "cap_reservations", "leads", ["lead_id"], ["id"], ondelete="CASCADE")
    op.drop_index("ix_cap_requests_partner_id_status_created_at", table_name="cap_requests")
    op.drop_index("uq_cap_requests_open", table_name="cap_requests")
    op.drop_table("cap_requests")
