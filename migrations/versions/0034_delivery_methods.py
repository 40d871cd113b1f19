"""Delivery methods: several for a partner, in an order, with settings, limits, health and a secret that can be changed.

Revision 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.word_check import change_words

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
KINDS = ("webhook", "json_post", "form_post", "email", "csv_batch", "portal")
NEW_KINDS = KINDS[1:]


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="channel", native_enum=False, create_constraint=False, length=40)
    op.add_column("partner_endpoints", sa.Column("kind", kind, server_default="webhook", nullable=False))
    op.create_check_constraint(op.f("ck_partner_endpoints_channel"), "partner_endpoints", sa.column("kind").in_(KINDS))
    for column in (
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("config", JSONB, server_default="{}", nullable=False),
        sa.Column("sealed_credential", sa.LargeBinary(), nullable=True),
        sa.Column("former_sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("former_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("at_once", sa.Integer(), server_default="4", nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures_in_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("partner_endpoints", column)
    op.alter_column("partner_endpoints", "url", nullable=True)
    op.alter_column("partner_endpoints", "sealed_secret", nullable=True)
    op.create_check_constraint(
        op.f("ck_partner_endpoints_posts_somewhere"),
        "partner_endpoints",
        "(kind IN ('webhook', 'json_post', 'form_post')) = (url IS NOT NULL AND sealed_secret IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_partner_endpoints_limits"), "partner_endpoints", "at_once >= 1 AND per_minute >= 1"
    )
    # Until now only the newest one counted: older ones must not become backups by being there.
    op.execute(
        "UPDATE partner_endpoints AS old SET removed_at = now() WHERE EXISTS (SELECT FROM partner_endpoints AS newer "
        "WHERE newer.partner_id = old.partner_id AND newer.disabled_at IS NULL AND newer.id <> old.id "
        "AND (newer.created_at, newer.id) > (old.created_at, old.id))"
    )
    change_words("ck_deliveries_channel", "channel", add=NEW_KINDS)


def downgrade() -> None:
    # What the release before cannot send waits for its one kind of endpoint, if the partner has one.
    op.execute("UPDATE deliveries SET channel = 'webhook' WHERE channel <> 'webhook'")
    op.execute(
        "UPDATE deliveries SET endpoint_id = NULL FROM partner_endpoints AS method "
        "WHERE method.id = deliveries.endpoint_id AND method.url IS NULL"
    )
    op.execute("DELETE FROM partner_endpoints WHERE url IS NULL")
    op.execute("UPDATE partner_endpoints SET disabled_at = coalesce(disabled_at, now()) WHERE kind <> 'webhook'")
    op.execute(
        "UPDATE partner_endpoints SET disabled_at = coalesce(disabled_at, removed_at) WHERE removed_at IS NOT NULL"
    )
    change_words("ck_deliveries_channel", "channel", remove=NEW_KINDS)
    op.drop_constraint(op.f("ck_partner_endpoints_limits"), "partner_endpoints", type_="check")
    op.drop_constraint(op.f("ck_partner_endpoints_posts_somewhere"), "partner_endpoints", type_="check")
    op.drop_constraint(op.f("ck_partner_endpoints_channel"), "partner_endpoints", type_="check")
    op.alter_column("partner_endpoints", "sealed_secret", nullable=False)
    op.alter_column("partner_endpoints", "url", nullable=False)
    for column in (
        "removed_at", "warned_at", "failing_since", "failures_in_row", "next_slot_at", "at_once", "per_minute",
        "former_secret_until", "former_sealed_secret", "sealed_credential", "config", "position", "name", "kind",
    ):  # fmt: skip
        op.drop_column("partner_endpoints", column)
