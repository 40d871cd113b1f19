"""Terms in versions, with fees by group; each step of a partner's status; and no fee by enrolment for Title IV schools.

Revision 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("partner_events", "terms_versions", "fees")
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    _make_tables()
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
        )
    # Two locks on one door: the check of `fees.kind` knows no fee by success, and were a word added there, these
    # still refuse it for a school that takes federal student aid, or one of which that is not known.
    op.execute(
        """
        CREATE FUNCTION has_forbidden_fee(partner uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (
                SELECT FROM fees JOIN terms_versions ON terms_versions.id = fees.terms_id
                WHERE terms_versions.partner_id = partner AND fees.kind NOT IN ('per_lead', 'flat_per_cycle')
            ) AND EXISTS (
                SELECT FROM partner_institutions JOIN institutions ON institutions.id = institution_id
                WHERE partner_institutions.partner_id = partner AND title_iv IS NOT FALSE
            )
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_forbidden_fee() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            partner uuid;
        BEGIN
            IF TG_TABLE_NAME = 'fees' THEN
                SELECT partner_id INTO partner FROM terms_versions WHERE id = NEW.terms_id;
            ELSIF TG_TABLE_NAME = 'partner_institutions' THEN
                partner := NEW.partner_id;
            ELSE
                SELECT partner_id INTO partner FROM partner_institutions WHERE institution_id = NEW.id;
            END IF;
            IF has_forbidden_fee(partner) THEN
                RAISE EXCEPTION 'a school that takes federal student aid, or may, pays no fee by enrolment or tuition'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END
        $$
        """
    )
    changed = "WHEN (OLD.title_iv IS DISTINCT FROM NEW.title_iv)"  # an import names the column of every institution
    for table, event, only in (
        ("fees", "INSERT", ""),
        ("partner_institutions", "INSERT OR UPDATE", ""),
        ("institutions", "UPDATE OF title_iv", changed),
    ):
        op.execute(
            f"CREATE TRIGGER no_forbidden_fee AFTER {event} ON {table} "
            f"FOR EACH ROW {only} EXECUTE FUNCTION refuse_forbidden_fee()"
        )


def downgrade() -> None:
    for table in ("institutions", "partner_institutions", "fees"):
        op.execute(f"DROP TRIGGER no_forbidden_fee ON {table}")
    op.execute("DROP FUNCTION refuse_forbidden_fee()")
    op.execute("DROP FUNCTION has_forbidden_fee(uuid)")
    for table in ("fees", "terms_versions", "partner_events"):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "partner_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_events_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_events")),
    )
    op.create_index("ix_partner_events_partner_id_at", "partner_events", ["partner_id", "at"])
    op.create_table(
        "terms_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "cycle",
            sa.Enum("weekly", "monthly", name="cyclekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("return_percent", sa.Integer(), nullable=True),
        sa.Column("auto_returns", JSONB, server_default="[]", nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_terms_versions_currency_iso4217")),
        sa.CheckConstraint("return_days >= 0 AND return_days <= 365", name=op.f("ck_terms_versions_return_days")),
        sa.CheckConstraint(
            "return_percent >= 0 AND return_percent <= 100", name=op.f("ck_terms_versions_return_percent")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_terms_versions_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_versions")),
    )
    op.create_index("ix_terms_versions_partner_id_in_force_at", "terms_versions", ["partner_id", "in_force_at"])
    op.create_table(
        "fees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("terms_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("per_lead", "flat_per_cycle", name="feekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind = 'per_lead' OR group_id IS NULL", name=op.f("ck_fees_flat_without_group")),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_fees_cents_not_negative")),
        sa.ForeignKeyConstraint(["group_id"], ["program_groups.id"], name=op.f("fk_fees_group_id_program_groups")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms_versions.id"], name=op.f("fk_fees_terms_id_terms_versions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fees")),
    )
    op.create_index(op.f("ix_fees_group_id"), "fees", ["group_id"])
    op.create_index(
        "uq_fees_terms_id_kind_group_id",
        "fees",
        ["terms_id", "kind", "group_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
