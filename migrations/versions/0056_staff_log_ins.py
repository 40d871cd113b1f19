"""Log-ins of staff in rows, and the second step of a staff account.

Revision 0056, after 0055.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff_accounts", sa.Column("sealed_totp", sa.LargeBinary(), nullable=True))
    op.add_column("staff_accounts", sa.Column("totp_since", MOMENT, nullable=True))
    op.add_column("staff_accounts", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column(
        "staff_accounts",
        sa.Column("recovery_codes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("proved_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("remote_address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_accounts.id"], name=op.f("fk_staff_sessions_staff_id_staff_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"])
    op.create_index(op.f("ix_staff_sessions_started_at"), "staff_sessions", ["started_at"])


def downgrade() -> None:
    op.drop_table("staff_sessions")
    for name in ("recovery_codes", "totp_step", "totp_since", "sealed_totp"):
        op.drop_column("staff_accounts", name)
