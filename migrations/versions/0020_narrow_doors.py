"""Where consent chains end, and the two doors in what is written once: erasing free text, and the purge after years.

Revision 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_anchors",
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prospect_id"], ["prospects.id"], name=op.f("fk_consent_anchors_prospect_id_prospects")
        ),
        sa.PrimaryKeyConstraint("prospect_id", name=op.f("pk_consent_anchors")),
    )
    op.create_index("ix_consent_anchors_last_at", "consent_anchors", ["last_at"])
    ends = (
        "SELECT prospect_id, max(sequence), (array_agg(digest ORDER BY sequence DESC))[1], max(at) "
        "FROM {} GROUP BY prospect_id"
    )
    op.execute("INSERT INTO consent_anchors (prospect_id, records, head, last_at) " + ends.format("consents"))
    # A trigger, so that the release before this one, still running while this one starts, moves the anchors too.
    op.execute(
        """
        CREATE FUNCTION anchor_consents() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO consent_anchors AS kept (prospect_id, records, head, last_at) """
        + ends.format("added")
        + """
            ON CONFLICT (prospect_id) DO UPDATE SET
                records = excluded.records,
                head = excluded.head,
                last_at = greatest(kept.last_at, excluded.last_at);
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER anchor AFTER INSERT ON consents REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION anchor_consents()"
    )
    _refuse_consent_edits()
    _refuse_timeline_edits()


def downgrade() -> None:
    for table, function in (("consents", "refuse_consent_edit"), ("lead_events", "refuse_timeline_edit")):
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
        )
    op.execute("DROP TRIGGER anchor ON consents")
    op.execute("DROP FUNCTION anchor_consents()")
    op.drop_table("consent_anchors")


def _refuse_consent_edits() -> None:
    """A consent is never changed. It is deleted only by the announced purge, and only after its five years."""
    op.execute(
        """
        CREATE FUNCTION refuse_consent_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND current_setting('program_match.purge', true) = 'on' AND (
                SELECT last_at FROM consent_anchors WHERE prospect_id = OLD.prospect_id
            ) < now() - interval '5 years' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'consents is append-only' USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    _guard("consents", "refuse_consent_edit")


def _refuse_timeline_edits() -> None:
    """A step of a timeline stays. Its words may be blanked, and nothing else, once the student was erased."""
    op.execute(
        """
        CREATE FUNCTION refuse_timeline_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.detail = '{}'::jsonb AND NEW.reason IN (OLD.reason, 'erased') AND
                (NEW.id, NEW.lead_id, NEW.at, NEW.from_status, NEW.to_status, NEW.recorded_at) IS NOT DISTINCT FROM
                (OLD.id, OLD.lead_id, OLD.at, OLD.from_status, OLD.to_status, OLD.recorded_at) AND EXISTS (
                    SELECT FROM leads JOIN prospects ON prospects.id = leads.prospect_id
                    WHERE leads.id = OLD.lead_id AND prospects.erased_at IS NOT NULL
                ) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'lead_events is append-only' USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    _guard("lead_events", "refuse_timeline_edit")


def _guard(table: str, function: str) -> None:
    op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
