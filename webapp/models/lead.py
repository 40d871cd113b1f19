"""Leads and their timeline."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Identity, Index, UniqueConstraint, func, not_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.finding import Grade
from webapp.domain.lead import LeadStatus
from webapp.models.base import Base, Id, JsonArray, JsonObject, status_of
from webapp.models.match import Match
from webapp.models.partner import Partner
from webapp.models.prospect import Prospect
from webapp.models.submission import Submission


class Lead(Base):
    """One introduction of one student to one partner. At most one for each submission and partner.

    `due_at` is when the next step may be taken (undo window over, cap open again); null when there is none.
    `waived` names the checks of `services.routing` that a person decided to overlook.
    `may_wait`: the student lets it wait where a cap is full. `cap_day` and `cap_month` are of the release before.
    `grade` is how the details looked when they were last looked at, `findings` why (codes of `domain.finding`); null
    while nobody looked. `seed` marks a mystery student of ours: for staff alone, partners must not be able to tell.
    `first_look_at` is when somebody of the partner first opened it: a trigger takes it from the trail they leave.
    """

    __tablename__ = "leads"

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    match_id: Mapped[UUID] = mapped_column(ForeignKey("matches.id"))
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    program_id: Mapped[str]
    status: Mapped[LeadStatus] = mapped_column(status_of(LeadStatus))
    reason: Mapped[str | None]
    test: Mapped[bool]
    channels: Mapped[JsonArray]
    contact_preferences: Mapped[JsonObject] = mapped_column(server_default="{}")
    undo_until: Mapped[datetime]
    due_at: Mapped[datetime | None]
    may_wait: Mapped[bool] = mapped_column(server_default="true")
    waived: Mapped[JsonArray] = mapped_column(server_default="[]")
    grade: Mapped[Grade | None] = mapped_column(status_of(Grade))
    findings: Mapped[JsonArray] = mapped_column(server_default="[]")
    seed: Mapped[bool] = mapped_column(server_default="false")
    cap_day: Mapped[date | None]
    cap_month: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
    first_look_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    partner: Mapped[Partner] = relationship()
    prospect: Mapped[Prospect] = relationship()
    submission: Mapped[Submission] = relationship()
    match: Mapped[Match] = relationship()

    @hybrid_property
    def counts(self) -> bool:
        """Whether it is billed and stands in reports. The one place that says which leads never do: test leads."""
        return not self.test

    @counts.inplace.expression
    @classmethod
    def _counts(cls) -> ColumnElement[bool]:
        return not_(cls.test)

    __table_args__ = (
        UniqueConstraint("submission_id", "partner_id"),
        Index("ix_leads_created_at_id", "created_at", "id"),
        Index("ix_leads_partner_id_created_at_id", "partner_id", "created_at", "id"),
        Index("ix_leads_status_created_at_id", "status", "created_at", "id"),
        Index("ix_leads_program_id_created_at_id", "program_id", "created_at", "id"),
        # For the lists of a partner's own people.
        Index("ix_leads_partner_id_status_created_at_id", "partner_id", "status", "created_at", "id"),
        Index("ix_leads_test", "partner_id", "created_at", "id", postgresql_where="test"),
        Index(
            "ix_leads_unseen",
            "partner_id",
            "created_at",
            postgresql_where="status = 'delivered' AND first_look_at IS NULL",
        ),
        # Everything that a partner's figures are made of, so that the rows themselves are not read.
        Index(
            "ix_leads_figures",
            "partner_id",
            "created_at",
            postgresql_include=["id", "status", "undo_until", "delivered_at", "first_look_at"],
            postgresql_where="NOT test",
        ),
        # What the scorecard counts, by the day of the hand-over: tests and seeds are in none of it.
        Index(
            "ix_leads_delivered_at",
            "delivered_at",
            "partner_id",
            postgresql_include=["id"],
            postgresql_where="NOT test AND NOT seed AND delivered_at IS NOT NULL",
        ),
        # For the queues of staff and their counts.
        Index("ix_leads_held_review", "reason", "created_at", "id", postgresql_where="status = 'held_review'"),
        Index("ix_leads_failed", "expires_at", "id", postgresql_where="status = 'failed'"),
        Index("ix_leads_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
    )


class LeadEvent(Base):
    """One step of a lead's life. Append-only; a trigger refuses edits."""

    __tablename__ = "lead_events"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), index=True)
    at: Mapped[datetime]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[JsonObject] = mapped_column(server_default="{}")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    # For partners' systems that ask what changed since they last asked.
    __table_args__ = (Index("ix_lead_events_at_lead_id", "at", "lead_id"),)
