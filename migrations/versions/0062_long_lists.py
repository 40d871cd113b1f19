"""Indexes for lists of staff that read whole tables: scorecard, audit log, notices, deliveries, listings.

An index on a large table is better built beforehand, without stopping writes: the statements are in docs/desk.md, and
what is there already is left as it is.

Revision 0062, after 0061.
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

WAY_IN = (
    *("logged_in", "logged_out", "proved", "password_set", "password_changed", "log_in_ended", "log_ins_ended"),
    *("second_step_begun", "second_step_on", "second_step_off", "recovery_codes_made"),
)
DOOR, OTHER = ", ".join(map(repr, WAY_IN)), ", ".join(map(repr, ("viewed", "searched", *WAY_IN)))
DELIVERED, BY_PARTNER = "NOT test AND NOT seed AND delivered_at IS NOT NULL", "(partner_id, status, created_at, id)"
INDEXES = (
    f"ix_leads_delivered ON leads (partner_id, delivered_at) INCLUDE (id) WHERE {DELIVERED}",
    "ix_deliveries_of_lead ON deliveries (lead_id) INCLUDE (status, created_at, id)",
    "ix_programs_counts ON programs (status, catalog_source, credential) INCLUDE (verified_on, is_demo)",
    f"ix_audit_entries_changes ON audit_entries (staff_id, at, id) WHERE action NOT IN ({OTHER})",
    f"ix_audit_entries_way_in ON audit_entries (staff_id, at, id) WHERE action IN ({DOOR})",
    "ix_audit_entries_by_nobody ON audit_entries (at, id) WHERE staff_id IS NULL AND partner_id IS NULL",
    "ix_partner_notices_created_at_id ON partner_notices (created_at, id)",
    "ix_partner_notices_status_created_at_id ON partner_notices (status, created_at, id)",
    f"ix_partner_notices_partner_id_status_created_at_id ON partner_notices {BY_PARTNER} INCLUDE (attempts_made)",
)


def upgrade() -> None:
    for index in INDEXES:
        op.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    # The index on partner and status serves what this one did.
    op.drop_index("ix_partner_notices_partner_id", table_name="partner_notices")


def downgrade() -> None:
    op.create_index("ix_partner_notices_partner_id", "partner_notices", ["partner_id"])
    for index in reversed(INDEXES):
        op.execute(f"DROP INDEX {index.split()[0]}")
