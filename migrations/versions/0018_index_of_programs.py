"""Published programs in the order of their names, for the public index.

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_programs_published_name",
        "programs",
        [sa.text('"left"(name, 32)'), "program_id"],
        postgresql_where=sa.text("status = 'published'"),
    )


def downgrade() -> None:
    op.drop_index("ix_programs_published_name", table_name="programs")
