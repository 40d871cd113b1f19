"""What schools say of their leads: the funnel, links to say it by, and the student's own answer.

Revision 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

from migrations.word_check import change_words

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_tables()
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON funnel_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
    )
    change_words("ck_messages_template", "template", add=("status_request",))


def downgrade() -> None:
    # A mail that the release before cannot render goes, with what was tried.
    op.execute(
        "DELETE FROM attempts USING messages WHERE message_id = messages.id AND messages.template = 'status_request'"
    )
    op.execute("DELETE FROM messages WHERE template = 'status_request'")
    change_words("ck_messages_template", "template", remove=("status_request",))
    for table in ("contact_answers", "status_links", "funnel_standings", "funnel_events"):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "funnel_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "contacted",
                "qualified",
                "application_started",
                "applied",
                "admitted",
                "enrolled",
                "started",
                name="funnelstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "api",
                "portal",
                "link",
                "csv",
                "staff",
                name="funnelsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "correction",
            sa.Enum(
                "entered_by_mistake",
                "wrong_lead",
                "wrong_date",
                "student_left",
                name="correctionreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status IS NULL) = (happened_on IS NULL)", name=op.f("ck_funnel_events_dated")),
        sa.CheckConstraint(
            "status IS NOT NULL OR correction IS NOT NULL", name=op.f("ck_funnel_events_says_something")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_funnel_events_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funnel_events")),
    )
    op.create_index(op.f("ix_funnel_events_lead_id"), "funnel_events", ["lead_id"])
    op.create_table(
        "funnel_standings",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "contacted",
                "qualified",
                "application_started",
                "applied",
                "admitted",
                "enrolled",
                "started",
                name="funnelstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        sa.Column("qualified_on", sa.Date(), nullable=True),
        sa.Column("application_started_on", sa.Date(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("admitted_on", sa.Date(), nullable=True),
        sa.Column("enrolled_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_funnel_standings_lead_id_leads")),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_funnel_standings")),
    )
    op.create_index("ix_funnel_standings_status", "funnel_standings", ["status"])
    op.create_table(
        "status_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_status_links_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_status_links_token_hash")),
    )
    op.create_index(op.f("ix_status_links_lead_id"), "status_links", ["lead_id"])
    op.create_table(
        "contact_answers",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_contact_answers_lead_id_leads")),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_contact_answers")),
    )
