"""The weights of the engine as rows, the code's own as the first.

Revision 0051, after 0050.
"""

import json
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from webapp.matching.weights import DEFAULT_WEIGHTS

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

KEPT = "id, version, weights, origin, based_on, evidence, made_by, created_at"
"""What can never be said otherwise. A note may be, until the version is published."""


def upgrade() -> None:
    op.create_table(
        "weights_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                *("code", "staff", "learned"),
                name="weightsorigin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("published_at IS NULL OR discarded_at IS NULL", name=op.f("ck_weights_versions_one_end")),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_by IS NULL)", name=op.f("ck_weights_versions_publisher_named")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights_versions")),
        sa.UniqueConstraint("version", name=op.f("uq_weights_versions_version")),
    )
    op.create_index(
        "uq_weights_versions_published_at",
        "weights_versions",
        ["published_at"],
        unique=True,
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF "
        f"{KEPT} ON weights_versions FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
    )
    # The release before ranks with these figures from its code, so that nothing moves while both run.
    op.execute(
        sa.text(
            "INSERT INTO weights_versions"
            " (id, version, weights, note, origin, made_by, published_at, published_by)"
            " VALUES (:id, :version, CAST(:weights AS jsonb), :note, 'code', :by, now(), :by)"
        ).bindparams(
            sa.bindparam("id", uuid4(), sa.Uuid()),
            version=DEFAULT_WEIGHTS.version,
            weights=json.dumps(DEFAULT_WEIGHTS.to_json()),
            note="The weights this release came with.",
            by="release",
        )
    )


def downgrade() -> None:
    op.drop_index("uq_weights_versions_published_at", table_name="weights_versions")
    op.drop_table("weights_versions")
