"""Complaints of students about schools."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.complaint import ComplaintKind
from webapp.models.base import Base, status_of


class Complaint(Base):
    """One lead that was complained about: once, however often the student says so. Holds none of their words."""

    __tablename__ = "complaints"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    kind: Mapped[ComplaintKind] = mapped_column(status_of(ComplaintKind))
    at: Mapped[datetime]
    recorded_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_complaints_partner_id_at", "partner_id", "at"),
        Index("ix_complaints_at_lead_id", "at", "lead_id"),
    )
