"""What a partner agreed to pay and take. A table of its own, so that nothing that ranks can reach it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.terms import FeeKind
from webapp.models.base import Base, Id, JsonArray, status_of

_PERIOD = Enum("day", "month", name="capperiod", native_enum=False, create_constraint=True, length=40)


class PartnerTerms(Base):
    """The price as it was before there were versions, which stands where there is none. Caps have a table now.

    Fees are per lead: no column can hold a fee per enrolment or a share of tuition.
    """

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
    """How much of a cap is taken in one period: counted by the release before this one, and copied from there."""

    __tablename__ = "cap_uses"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    period: Mapped[str] = mapped_column(_PERIOD, primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)


class TermsVersion(Base):
    """What was agreed with a partner, in force from a moment until the next version's. Never changed once made.

    `return_percent` is the most of a cycle's leads that may be returned; null for no limit. `auto_returns` holds the
    reasons for which a return is approved at once.
    """

    __tablename__ = "terms_versions"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    in_force_at: Mapped[datetime]
    currency: Mapped[str]
    cycle: Mapped[CycleKind] = mapped_column(status_of(CycleKind))
    return_days: Mapped[int]
    return_percent: Mapped[int | None]
    auto_returns: Mapped[JsonArray] = mapped_column(server_default="[]")
    agreed_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_terms_versions_partner_id_in_force_at", "partner_id", "in_force_at"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso4217"),
        CheckConstraint("return_days >= 0 AND return_days <= 365", name="return_days"),
        CheckConstraint("return_percent >= 0 AND return_percent <= 100", name="return_percent"),
    )


class Fee(Base):
    """One fee of a version: whole cents for a lead, or for a cycle. Without a group, for all other programs."""

    __tablename__ = "fees"

    id: Mapped[Id]
    terms_id: Mapped[UUID] = mapped_column(ForeignKey("terms_versions.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_groups.id"), index=True)
    kind: Mapped[FeeKind] = mapped_column(status_of(FeeKind))
    cents: Mapped[int]

    __table_args__ = (
        Index(
            "uq_fees_terms_id_kind_group_id",
            "terms_id",
            "kind",
            "group_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("cents >= 0", name="cents_not_negative"),
        CheckConstraint("kind = 'per_lead' OR group_id IS NULL", name="flat_without_group"),
    )
