"""Questions of partners, and what students answered.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())


def kind() -> sa.Enum:
    values = ("text", "choice", "yes_no", "number", "date")
    return sa.Enum(*values, name="questionkind", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "partner_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), server_default="", nullable=False),
        sa.Column("required", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("options", JSONB, server_default="[]", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(label) <= 200", name=op.f("ck_partner_questions_label_length")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_questions_partner_id_partners")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_questions")),
    )
    op.create_index("ix_partner_questions_partner_id_position", "partner_questions", ["partner_id", "position"])
    op.create_table(
        "lead_answers",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_answers_lead_id_leads")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["partner_questions.id"], name=op.f("fk_lead_answers_question_id_partner_questions")
        ),
        sa.PrimaryKeyConstraint("lead_id", "question_id", name=op.f("pk_lead_answers")),
    )


def downgrade() -> None:
    op.drop_table("lead_answers")
    op.drop_index("ix_partner_questions_partner_id_position", table_name="partner_questions")
    op.drop_table("partner_questions")
