"""Seed leads and the contacts that a school made after them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.seed import ContactSource, ContactWay
from webapp.models.base import Base, Id, status_of


class SeedLead(Base):
    """What staff keep of a seed: who made it, and the keyed hash of the address that mail of the school comes to."""

    __tablename__ = "seed_leads"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    address_key: Mapped[bytes] = mapped_column(index=True)
    made_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SeedContact(Base):
    """One time that a school got in touch with a seed. `reference` tells an inbound mail from the same one again."""

    __tablename__ = "seed_contacts"

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("seed_leads.lead_id"))
    at: Mapped[datetime]
    way: Mapped[ContactWay] = mapped_column(status_of(ContactWay))
    source: Mapped[ContactSource] = mapped_column(status_of(ContactSource))
    reference: Mapped[str | None] = mapped_column(unique=True)
    recorded_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_seed_contacts_lead_id_at", "lead_id", "at"),
        CheckConstraint("char_length(reference) <= 200", name="reference_length"),
    )
