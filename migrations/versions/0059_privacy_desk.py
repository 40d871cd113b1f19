"""The privacy desk: requests with their clocks, and what each retention run removed.

Revision 0059, after 0058.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

WORDS = {
    "kind": ("requestkind", ("export", "erasure", "correction", "withdrawal", "objection"), False),
    "law": ("privacylaw", ("gdpr", "ccpa"), False),
    "source": ("requestsource", ("own_page", "letter", "phone", "mail", "other"), False),
    "status": ("requeststatus", ("open", "closed"), False),
    "outcome": ("requestoutcome", ("done", "refused", "nobody", "taken_back"), True),
}


def upgrade() -> None:
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(
                column,
                sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40),
                nullable=nullable,
            )
            for column, (name, words, nullable) in WORDS.items()
        ),
        sa.Column("person", sa.LargeBinary(), nullable=True),
        sa.Column("prospect_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_words", sa.Text(), nullable=True),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["prospect_id"], ["prospects.id"], name=op.f("fk_privacy_requests_prospect_id_prospects")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_privacy_requests_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
        sa.CheckConstraint(
            "char_length(note) <= 2000 AND char_length(extension_words) <= 2000",
            name=op.f("ck_privacy_requests_words_length"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL) AND (status = 'closed') = (outcome IS NOT NULL)",
            name=op.f("ck_privacy_requests_closed_with_outcome"),
        ),
        sa.CheckConstraint(
            "(extended_at IS NULL) = (extension_words IS NULL)", name=op.f("ck_privacy_requests_extended_with_reason")
        ),
    )
    op.create_index("ix_privacy_requests_status_due_on_id", "privacy_requests", ["status", "due_on", "id"])
    op.create_index("ix_privacy_requests_created_at_id", "privacy_requests", ["created_at", "id"])
    for column in ("person", "prospect_id"):
        op.create_index(op.f(f"ix_privacy_requests_{column}"), "privacy_requests", [column])
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    op.create_index("ix_retention_runs_started_at_id", "retention_runs", ["started_at", "id"])


def downgrade() -> None:
    op.drop_table("retention_runs")
    op.drop_table("privacy_requests")
