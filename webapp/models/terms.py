"""What a partner agreed to pay and take. A table of its own, so that nothing that ranks can reach it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.terms import CapPeriod
from webapp.models.base import Base, Id, status_of


class PartnerTerms(Base):
    """Fees are per lead: no column can hold a fee per enrolment or a share of tuition."""

    __tablename__ = "partner_terms"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), unique=True)
    price_cents: Mapped[int]
    currency: Mapped[str]
    daily_cap: Mapped[int | None]
    monthly_cap: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso4217"),
        CheckConstraint("daily_cap >= 0 AND monthly_cap >= 0", name="caps_not_negative"),
    )


class CapUse(Base):
    """How much of a cap is taken in one period of the partner's own calendar."""

    __tablename__ = "cap_uses"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    period: Mapped[CapPeriod] = mapped_column(status_of(CapPeriod), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)
