"""What a replay needs: the question as it was put, and listings as they were before they changed.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PLACE = ("city", "state", "postal_code", "country")
ASKED = ("min_education", "min_english", *(f"req_{name}" for name in (
    "programming", "statistics", "calculus", "linear_algebra", "databases", "machine_learning"
)))  # fmt: skip
TOLD = ("url", "tuition_basis", "summary", "accreditor", "outcome_source", "outcome_as_of", "source")
TEXTS = ("institution_control", *PLACE, *ASKED, *TOLD)
LISTS = ("modality", "pace", "states_authorized", "start_terms", "accepted_fields", "bridge_for", "topics")
NUMBERS = ("latitude", "longitude", "months", "hours_per_week", "min_gpa", "min_work_years", "outcome_rate")
WHOLE_NUMBERS = ("tuition_total_cents", "outcome_median_salary_cents", "outcome_sample")


def upgrade() -> None:
    op.create_table(
        "listing_revisions",
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("to_version", sa.Integer(), nullable=False),
        sa.Column("from_version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "name", "credential", "cip")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in TEXTS),
        *(sa.Column(name, sa.ARRAY(sa.Text()), nullable=True) for name in LISTS),
        *(sa.Column(name, sa.Double(), nullable=True) for name in NUMBERS),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in WHOLE_NUMBERS),
        sa.Column("title_iv", sa.Boolean(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("fact_sources", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("program_id", "to_version", name=op.f("pk_listing_revisions")),
    )
    op.create_index("ix_listing_revisions_to_version", "listing_revisions", ["to_version"])
    # The defaults are true of what stands there now: since when a fact holds is not known, what was before is not kept.
    op.add_column("programs", sa.Column("since_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("catalog_versions", sa.Column("changes_kept", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("submissions", sa.Column("ranked_on", sa.Date(), nullable=True))
    op.add_column("submissions", sa.Column("ranked_k", sa.Integer(), nullable=True))
    op.add_column("submissions", sa.Column("ranking_digest", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for column in ("ranking_digest", "ranked_k", "ranked_on"):
        op.drop_column("submissions", column)
    op.drop_column("catalog_versions", "changes_kept")
    op.drop_column("programs", "since_version")
    op.drop_index("ix_listing_revisions_to_version", table_name="listing_revisions")
    op.drop_table("listing_revisions")
