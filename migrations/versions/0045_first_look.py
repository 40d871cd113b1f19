"""When a partner first looked at a lead, kept on the lead; and indexes for a partner's overview and analytics.

The trail of what partners did says it as well, but counting over a million leads cannot ask the trail of each. A
trigger keeps the two the same, whoever writes the trail: the release before does not know of the column.

Revision 0045, after 0044.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NOTE_LOOK = """
CREATE FUNCTION note_first_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leads SET first_look_at = NEW.at
        WHERE id = CAST(NEW.object_id AS uuid) AND partner_id = NEW.partner_id
        AND (first_look_at IS NULL OR first_look_at > NEW.at);
    RETURN NULL;
END
$$
"""
ON_LOOK = """
CREATE TRIGGER note_first_look AFTER INSERT ON audit_entries FOR EACH ROW
    WHEN (NEW.partner_id IS NOT NULL AND NEW.object_type = 'lead' AND NEW.action = 'viewed')
    EXECUTE FUNCTION note_first_look()
"""
FILL = """
UPDATE leads SET first_look_at = looks.at FROM (
    SELECT object_id, partner_id, min(at) AS at FROM audit_entries
    WHERE partner_id IS NOT NULL AND object_type = 'lead' AND action = 'viewed' GROUP BY object_id, partner_id
) looks WHERE leads.id = CAST(looks.object_id AS uuid) AND leads.partner_id = looks.partner_id
"""


def upgrade() -> None:
    op.add_column("leads", sa.Column("first_look_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(NOTE_LOOK)
    op.execute(ON_LOOK)
    op.execute(FILL)
    op.create_index(
        "ix_leads_unseen",
        "leads",
        ["partner_id", "created_at"],
        postgresql_where=sa.text("status = 'delivered' AND first_look_at IS NULL"),
    )
    op.create_index(
        "ix_leads_figures",
        "leads",
        ["partner_id", "created_at"],
        postgresql_include=["id", "status", "undo_until", "delivered_at", "first_look_at"],
        postgresql_where=sa.text("NOT test"),
    )


def downgrade() -> None:
    op.drop_index("ix_leads_figures", table_name="leads")
    op.drop_index("ix_leads_unseen", table_name="leads")
    op.execute("DROP TRIGGER note_first_look ON audit_entries")
    op.execute("DROP FUNCTION note_first_look()")
    op.drop_column("leads", "first_look_at")
