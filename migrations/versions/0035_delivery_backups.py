"""Deliveries that go on to another method, wait for their turn or are repeated; batches; what each attempt sent.

Revision 0035, after 0034.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
CHECK = "ck_messages_template"
EVENTS = "ck_outbox_events_eventkind"
EVENT = "batch.due"
TEMPLATES = ("partner_lead", "partner_batch", "partner_method")


def upgrade() -> None:
    op.create_table(
        "delivery_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("columns", JSONB, server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_delivery_batches_partner_id_partners")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["partner_endpoints.id"], name=op.f("fk_delivery_batches_endpoint_id_partner_endpoints")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_batches")),
        sa.UniqueConstraint("endpoint_id", "due_at", name=op.f("uq_delivery_batches_endpoint_id_due_at")),
    )
    op.create_index("ix_delivery_batches_open", "delivery_batches", ["due_at"], postgresql_where="closed_at IS NULL")
    op.create_index("ix_delivery_batches_partner_id_due_at_id", "delivery_batches", ["partner_id", "due_at", "id"])
    for column in (
        sa.Column("failed_methods", JSONB, server_default="[]", nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redelivery", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("deliveries", column)
    op.create_foreign_key(op.f("fk_deliveries_message_id_messages"), "deliveries", "messages", ["message_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_deliveries_batch_id_delivery_batches"), "deliveries", "delivery_batches", ["batch_id"], ["id"]
    )
    op.create_index(op.f("ix_deliveries_batch_id"), "deliveries", ["batch_id"], postgresql_where="batch_id IS NOT NULL")
    op.create_index(
        "ix_deliveries_turn",
        "deliveries",
        ["endpoint_id", "due_at", "id"],
        postgresql_where="status = 'pending' AND reason = 'waits_for_turn'",
    )
    op.add_column("attempts", sa.Column("partner_id", sa.Uuid(), nullable=True))
    op.add_column("attempts", sa.Column("endpoint_id", sa.Uuid(), nullable=True))
    op.add_column("attempts", sa.Column("request", JSONB, nullable=True))
    op.create_foreign_key(op.f("fk_attempts_partner_id_partners"), "attempts", "partners", ["partner_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_attempts_endpoint_id_partner_endpoints"), "attempts", "partner_endpoints", ["endpoint_id"], ["id"]
    )
    op.execute(
        "UPDATE attempts SET partner_id = leads.partner_id, endpoint_id = deliveries.endpoint_id "
        "FROM deliveries JOIN leads ON leads.id = deliveries.lead_id WHERE attempts.delivery_id = deliveries.id"
    )
    op.create_index(
        "ix_attempts_partner_id_started_at_id",
        "attempts",
        ["partner_id", "started_at", "id"],
        postgresql_where="partner_id IS NOT NULL",
    )
    change_words(CHECK, "template", add=TEMPLATES)
    change_words(EVENTS, "kind", add=(EVENT,))


def downgrade() -> None:
    op.execute("UPDATE deliveries SET message_id = NULL")
    op.execute(
        "DELETE FROM attempts USING messages WHERE attempts.message_id = messages.id "
        "AND messages.template IN ('partner_lead', 'partner_batch', 'partner_method')"
    )
    op.execute("DELETE FROM messages WHERE template IN ('partner_lead', 'partner_batch', 'partner_method')")
    change_words(CHECK, "template", remove=TEMPLATES)
    op.execute("DELETE FROM outbox_events WHERE kind = 'batch.due'")
    change_words(EVENTS, "kind", remove=(EVENT,))
    op.drop_index("ix_attempts_partner_id_started_at_id", table_name="attempts")
    for column in ("request", "endpoint_id", "partner_id"):
        op.drop_column("attempts", column)
    op.drop_index("ix_deliveries_turn", table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_batch_id"), table_name="deliveries")
    for column in ("batch_id", "message_id", "redelivery", "slot_at", "failed_methods"):
        op.drop_column("deliveries", column)
    op.drop_table("delivery_batches")
