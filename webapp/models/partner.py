"""Partners: legal entities that buy leads, the institutions they speak for and where their leads go."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.partner import PartnerStatus
from webapp.models.base import Base, Id, status_of


class Partner(Base):
    """`paused_by_partner` says that its own people paused it: only then may they resume."""

    __tablename__ = "partners"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    legal_name: Mapped[str]
    display_name: Mapped[str]
    status: Mapped[PartnerStatus] = mapped_column(status_of(PartnerStatus))
    time_zone: Mapped[str]
    contact_email: Mapped[str]
    paused_by_partner: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    endpoints: Mapped[list["PartnerEndpoint"]] = relationship(back_populates="partner")


class PartnerInstitution(Base):
    """Which partner speaks for which institution. One institution has at most one partner."""

    __tablename__ = "partner_institutions"

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"), primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)


class ProgramGroup(Base):
    """Programs of a partner that share terms: a price, a cap, a filter. Without one, the partner's own stand."""

    __tablename__ = "program_groups"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("partner_id", "name"),
        CheckConstraint("char_length(name) >= 1 AND char_length(name) <= 100", name="name_length"),
    )


class GroupedProgram(Base):
    """A program in a group. A program is in one group at most, since its institution has one partner at most."""

    __tablename__ = "grouped_programs"

    program_id: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("program_groups.id", ondelete="CASCADE"), index=True)


class PartnerEndpoint(Base):
    """Where one partner's leads are posted. `sealed_secret` is the signing secret, encrypted at rest."""

    __tablename__ = "partner_endpoints"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)
    url: Mapped[str]
    sealed_secret: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]

    partner: Mapped[Partner] = relationship(back_populates="endpoints")

    __table_args__ = (CheckConstraint("url ~ '^https?://'", name="url_scheme"),)
