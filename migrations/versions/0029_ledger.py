"""The ledger: cycles, charges, entries that stay as they are, invoices, and returns of leads.

Revision 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = (
    *("return_events", "lead_returns", "invoices", "invoice_numbers"),
    *("ledger_entries", "lead_charges", "billing_cycles"),
)


def upgrade() -> None:
    _make_entries()
    _make_invoices()
    _make_returns()
    for table in ("ledger_entries", "return_events"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
        )
    op.execute(
        """
        CREATE FUNCTION guard_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT closed_at FROM billing_cycles WHERE id = NEW.cycle_id) IS NOT NULL THEN
                RAISE EXCEPTION 'the billing cycle is closed' USING ERRCODE = 'restrict_violation';
            END IF;
            IF (SELECT test FROM leads WHERE id = NEW.lead_id) THEN
                RAISE EXCEPTION 'a test lead is never billed' USING ERRCODE = 'restrict_violation';
            END IF;
            IF NEW.kind = 'credit' AND NOT EXISTS (
                SELECT FROM ledger_entries AS fee WHERE fee.lead_id = NEW.lead_id AND fee.kind = 'lead_fee'
                    AND fee.amount_cents = -NEW.amount_cents AND fee.currency = NEW.currency
            ) THEN
                RAISE EXCEPTION 'a credit gives back what was billed' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER guard BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION guard_ledger_entry()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_invoice_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.paid_at IS NULL AND (NEW.id, NEW.number, NEW.partner_id, NEW.cycle_id,
                NEW.currency, NEW.total_cents, NEW.legal_name, NEW.issued_at) IS NOT DISTINCT FROM (OLD.id, OLD.number,
                OLD.partner_id, OLD.cycle_id, OLD.currency, OLD.total_cents, OLD.legal_name, OLD.issued_at) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'an invoice is never changed, only paid' USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_invoice_edit()"
    )
    op.execute("INSERT INTO invoice_numbers (series, last) VALUES ('invoices', 0)")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_invoice_edit()")
    op.execute("DROP FUNCTION guard_ledger_entry()")


def _make_entries() -> None:
    op.create_table(
        "billing_cycles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("weekly", "monthly", name="cyclekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_billing_cycles_ends_after_start")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_billing_cycles_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_cycles")),
        sa.UniqueConstraint(
            "partner_id", "kind", "starts_on", name=op.f("uq_billing_cycles_partner_id_kind_starts_on")
        ),
    )
    op.create_index(
        "ix_billing_cycles_ends_at", "billing_cycles", ["ends_at"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "lead_charges",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "not_billable",
                "accrued",
                "invoiced",
                "paid",
                "credited",
                name="moneystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("cycle_id", sa.Uuid(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_lead_charges_currency_iso4217")),
        sa.CheckConstraint(
            "status <> 'accrued' OR cycle_id IS NOT NULL", name=op.f("ck_lead_charges_accrued_in_a_cycle")
        ),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_lead_charges_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["billing_cycles.id"], name=op.f("fk_lead_charges_cycle_id_billing_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["program_groups.id"],
            name=op.f("fk_lead_charges_group_id_program_groups"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_charges_lead_id_leads")),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_charges")),
    )
    op.create_index(op.f("ix_lead_charges_cycle_id"), "lead_charges", ["cycle_id"])
    op.create_index(op.f("ix_lead_charges_group_id"), "lead_charges", ["group_id"])
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("fee_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "lead_fee", "flat_fee", "credit", name="entrykind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit' AND amount_cents <= 0) OR (kind <> 'credit' AND amount_cents >= 0)",
            name=op.f("ck_ledger_entries_sign"),
        ),
        sa.CheckConstraint("(kind = 'flat_fee') = (lead_id IS NULL)", name=op.f("ck_ledger_entries_about_a_lead")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ledger_entries_currency_iso4217")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["billing_cycles.id"], name=op.f("fk_ledger_entries_cycle_id_billing_cycles")
        ),
        sa.ForeignKeyConstraint(["fee_id"], ["fees.id"], name=op.f("fk_ledger_entries_fee_id_fees")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_ledger_entries_lead_id_leads")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_ledger_entries_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_cycle_id", "ledger_entries", ["cycle_id"])
    op.create_index("ix_ledger_entries_partner_id_at", "ledger_entries", ["partner_id", "at"])
    op.create_index(
        "uq_ledger_entries_cycle_id_fee_id",
        "ledger_entries",
        ["cycle_id", "fee_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'flat_fee'"),
    )
    op.create_index(
        "uq_ledger_entries_lead_id_kind",
        "ledger_entries",
        ["lead_id", "kind"],
        unique=True,
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )


def _make_invoices() -> None:
    op.create_table(
        "invoice_numbers",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_invoice_numbers")),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "paid", name="invoicestatus", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=True),
        sa.Column("payment_reference", sa.Text(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_invoices_currency_iso4217")),
        sa.CheckConstraint("number > 0", name=op.f("ck_invoices_number_positive")),
        sa.ForeignKeyConstraint(["cycle_id"], ["billing_cycles.id"], name=op.f("fk_invoices_cycle_id_billing_cycles")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_invoices_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("cycle_id", "currency", name=op.f("uq_invoices_cycle_id_currency")),
        sa.UniqueConstraint("number", name=op.f("uq_invoices_number")),
    )
    op.create_index("ix_invoices_issued_at_id", "invoices", ["issued_at", "id"])
    op.create_index("ix_invoices_partner_id_number", "invoices", ["partner_id", "number"])


def _make_returns() -> None:
    op.create_table(
        "lead_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "bad_contact",
                "wrong_person",
                "duplicate",
                "outside_criteria",
                "did_not_request",
                "test",
                "other",
                "student_complaint",
                name="returnreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("duplicate_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "approved",
                "denied",
                name="returnstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision_words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reason = 'duplicate') = (duplicate_on IS NOT NULL)", name=op.f("ck_lead_returns_duplicate_with_date")
        ),
        sa.CheckConstraint(
            "(status = 'requested') = (decided_at IS NULL)", name=op.f("ck_lead_returns_decided_with_date")
        ),
        sa.CheckConstraint(
            "char_length(words) <= 2000 AND char_length(decision_words) <= 2000",
            name=op.f("ck_lead_returns_words_length"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_returns_lead_id_leads")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_lead_returns_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_returns")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_lead_returns_lead_id")),
    )
    op.create_index("ix_lead_returns_partner_id_requested_at_id", "lead_returns", ["partner_id", "requested_at", "id"])
    op.create_index("ix_lead_returns_requested_at_id", "lead_returns", ["requested_at", "id"])
    op.create_index("ix_lead_returns_status_requested_at_id", "lead_returns", ["status", "requested_at", "id"])
    op.create_table(
        "return_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["lead_returns.id"], name=op.f("fk_return_events_return_id_lead_returns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_events")),
    )
    op.create_index(op.f("ix_return_events_return_id"), "return_events", ["return_id"])
    # ### end Alembic commands ###
