"""Days of the scorecard are marked when what was heard of a lead handed over on them changes.

The index that the scorecard reads begins with the day, so that one day is read by itself. As 0062 says of its indexes,
a large one is better built beforehand, without stopping writes.

Revision 0064, after 0063.
"""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

DELIVERED = "WHERE NOT test AND NOT seed AND delivered_at IS NOT NULL"
INDEX = "ix_leads_delivered_at ON leads (delivered_at, partner_id)"
FORMER = "ix_leads_delivered ON leads (partner_id, delivered_at)"
TODAY = "date_trunc('day', now(), 'UTC')"
MARK = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_days (topic, day) SELECT DISTINCT 'scorecard', (at AT TIME ZONE 'UTC')::date
    FROM ({moments}) AS moved (at) WHERE at < date_trunc('day', now(), 'UTC');
    RETURN NULL;
END $$
"""
# A lead that moves to another day, or into the counts or out of them, changes the day it was on and the day it is on.
MOVED = "VALUES (OLD.delivered_at), (NEW.delivered_at)"
CHANGED = " OR ".join(
    f"OLD.{each} IS DISTINCT FROM NEW.{each}" for each in ("delivered_at", "partner_id", "test", "seed")
)
# Days are told in the calendar of the partner, so each of its days may change with its time zone.
OF_PARTNER = "SELECT delivered_at FROM leads WHERE partner_id = NEW.id AND NOT test AND NOT seed"
OF_LEAD = "SELECT delivered_at FROM leads WHERE id = COALESCE(NEW.lead_id, OLD.lead_id) AND NOT test AND NOT seed"
WORDS = {
    # What was said again marks nothing: a step after the contact is not in the scorecard.
    "funnel_standings": "(OLD.status IS NULL) <> (NEW.status IS NULL)"
    " OR OLD.contacted_on IS DISTINCT FROM NEW.contacted_on",
    "contact_answers": "OLD.contacted IS DISTINCT FROM NEW.contacted",
}
"""What is heard of leads, and when a change of it counts."""
FUNCTIONS = {"mark_scorecard_day": MOVED, "mark_scorecard_partner": OF_PARTNER, "mark_scorecard_word": OF_LEAD}


def upgrade() -> None:
    op.execute(f"CREATE INDEX IF NOT EXISTS {INDEX} INCLUDE (id) {DELIVERED}")
    op.drop_index("ix_leads_delivered", table_name="leads")
    for name, moments in FUNCTIONS.items():
        op.execute(MARK.format(name=name, moments=moments))
    op.execute(f"""
        CREATE TRIGGER mark_scorecard_day AFTER UPDATE OF delivered_at, partner_id, test, seed ON leads FOR EACH ROW
        WHEN ((OLD.delivered_at < {TODAY} OR NEW.delivered_at < {TODAY}) AND ({CHANGED}))
        EXECUTE FUNCTION mark_scorecard_day()
    """)
    op.execute("""
        CREATE TRIGGER mark_scorecard_day AFTER UPDATE OF time_zone ON partners FOR EACH ROW
        WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION mark_scorecard_partner()
    """)
    run = "EXECUTE FUNCTION mark_scorecard_word()"
    for table, changed in WORDS.items():
        op.execute(f"CREATE TRIGGER mark_scorecard_day AFTER INSERT OR DELETE ON {table} FOR EACH ROW {run}")
        op.execute(f"CREATE TRIGGER mark_scorecard_change AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed}) {run}")


def downgrade() -> None:
    for table in ("leads", "partners", *WORDS):
        op.execute(f"DROP TRIGGER mark_scorecard_day ON {table}")
    for table in WORDS:
        op.execute(f"DROP TRIGGER mark_scorecard_change ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
    # Without the triggers no count of it can be relied on.
    op.execute("DELETE FROM day_counts WHERE topic = 'scorecard'")
    op.execute("DELETE FROM counted_days WHERE topic = 'scorecard'")
    op.execute("DELETE FROM stale_days WHERE topic = 'scorecard'")
    op.execute(f"CREATE INDEX IF NOT EXISTS {FORMER} INCLUDE (id) {DELIVERED}")
    op.drop_index("ix_leads_delivered_at", table_name="leads")
