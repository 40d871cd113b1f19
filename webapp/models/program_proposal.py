"""Partners' proposals for their own listings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.program_proposal import ProposalKind, ProposalStatus
from webapp.models.base import Base, Id, JsonObject, status_of


class ProgramProposal(Base):
    """`listing` is a row of the listing file, as text; null where the listing is to be removed."""

    __tablename__ = "program_proposals"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    kind: Mapped[ProposalKind] = mapped_column(status_of(ProposalKind))
    program_id: Mapped[str]
    listing: Mapped[JsonObject | None] = mapped_column(JSONB(none_as_null=True))
    note: Mapped[str | None]
    test: Mapped[bool]
    status: Mapped[ProposalStatus] = mapped_column(status_of(ProposalStatus))
    proposed_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    answer: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(kind = 'listing') = (listing IS NOT NULL)", name="listing_given"),
        Index("ix_program_proposals_partner_id_created_at_id", "partner_id", "created_at", "id"),
        Index("ix_program_proposals_status_created_at_id", "status", "created_at", "id"),
    )
