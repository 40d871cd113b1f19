"""Institutions, programs and the versions of the catalogue.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_versions",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_versions")),
    )
    op.create_table(
        "institutions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=True),
        sa.Column("title_iv", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institutions")),
        sa.UniqueConstraint("key", name=op.f("uq_institutions_key")),
    )
    op.create_table(
        "catalog_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "unchanged",
                "refused",
                "dry_run",
                name="importstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("catalog_version", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seconds", sa.Double(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["catalog_version"],
            ["catalog_versions.number"],
            name=op.f("fk_catalog_imports_catalog_version_catalog_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_accounts.id"], name=op.f("fk_catalog_imports_staff_id_staff_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_imports")),
    )
    op.create_table(
        "programs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("catalog_source", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "published", "withdrawn", name="listingstatus", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("cip", sa.Text(), nullable=False),
        sa.Column("modality", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("pace", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("states_authorized", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("months", sa.Double(), nullable=True),
        sa.Column("hours_per_week", sa.Double(), nullable=True),
        sa.Column("tuition_total_cents", sa.Integer(), nullable=True),
        sa.Column("tuition_basis", sa.Text(), nullable=True),
        sa.Column("start_terms", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("min_education", sa.Text(), nullable=True),
        sa.Column("accepted_fields", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("min_gpa", sa.Double(), nullable=True),
        sa.Column("req_programming", sa.Text(), nullable=True),
        sa.Column("req_statistics", sa.Text(), nullable=True),
        sa.Column("req_calculus", sa.Text(), nullable=True),
        sa.Column("req_linear_algebra", sa.Text(), nullable=True),
        sa.Column("req_databases", sa.Text(), nullable=True),
        sa.Column("req_machine_learning", sa.Text(), nullable=True),
        sa.Column("min_work_years", sa.Double(), nullable=True),
        sa.Column("min_english", sa.Text(), nullable=True),
        sa.Column("bridge_for", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("accreditor", sa.Text(), nullable=True),
        sa.Column("outcome_median_salary_cents", sa.Integer(), nullable=True),
        sa.Column("outcome_rate", sa.Double(), nullable=True),
        sa.Column("outcome_sample", sa.Integer(), nullable=True),
        sa.Column("outcome_source", sa.Text(), nullable=True),
        sa.Column("outcome_as_of", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("fact_sources", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cip ~ '^\\d{2}\\.\\d{4}$'", name=op.f("ck_programs_cip_form")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_programs_institution_id_institutions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("program_id", name=op.f("uq_programs_program_id")),
    )
    op.create_index(op.f("ix_programs_institution_id"), "programs", ["institution_id"], unique=False)
    op.create_index("ix_programs_status_program_id", "programs", ["status", "program_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_programs_status_program_id", table_name="programs")
    op.drop_index(op.f("ix_programs_institution_id"), table_name="programs")
    op.drop_table("programs")
    op.drop_table("catalog_imports")
    op.drop_table("institutions")
    op.drop_table("catalog_versions")
