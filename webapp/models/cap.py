"""Caps, their counters, what each lead took of them; schedules and the counters of their pace."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.cap import CapMeasure, CapPeriod, CapScope, CapTerms, WhenFull
from webapp.models.base import Base, Id, JsonObject, status_of


class Cap(Base):
    """One cap of one partner. A removed one stays, since reservations name it."""

    __tablename__ = "caps"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    period: Mapped[CapPeriod] = mapped_column(status_of(CapPeriod))
    measure: Mapped[CapMeasure] = mapped_column(status_of(CapMeasure))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_groups.id", ondelete="CASCADE"), index=True)
    program_id: Mapped[str | None]
    state: Mapped[str | None]
    most: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    when_full: Mapped[WhenFull] = mapped_column(status_of(WhenFull))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[datetime | None]

    @property
    def terms(self) -> CapTerms:
        """The cap as a value."""
        scope = CapScope(self.group_id, self.program_id, self.state)
        return CapTerms(self.period, self.measure, self.most, scope, self.when_full, self.currency)

    __table_args__ = (
        Index(
            "uq_caps_in_force",
            *("partner_id", "period", "measure", "group_id", "program_id", "state"),
            unique=True,
            postgresql_where="removed_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("most >= 0", name="most_not_negative"),
        CheckConstraint("num_nonnulls(group_id, program_id, state) <= 1", name="one_scope"),
        CheckConstraint("(measure = 'budget') = (currency IS NOT NULL)", name="budget_has_currency"),
    )


class CapCounter(Base):
    """How much of a cap is taken in one period."""

    __tablename__ = "cap_counters"

    cap_id: Mapped[UUID] = mapped_column(ForeignKey("caps.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)


class CapReservation(Base):
    """What one lead has taken of one cap: given back from the same counter, whenever that is.

    `lead_id` is no foreign key, on purpose: its check would wait for whoever has the lead locked, and they may wait for
    the cap that is being set. Leads are never deleted.
    """

    __tablename__ = "cap_reservations"

    lead_id: Mapped[UUID] = mapped_column(primary_key=True)
    cap_id: Mapped[UUID] = mapped_column(ForeignKey("caps.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime]
    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_cap_reservations_cap_id", "cap_id"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )


class PartnerSchedule(Base):
    """When a partner takes leads, and how many at a time; for a group, instead of the partner's own."""

    __tablename__ = "partner_schedules"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_groups.id", ondelete="CASCADE"), index=True)
    schedule: Mapped[JsonObject]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index(
            "uq_partner_schedules_partner_id_group_id",
            *("partner_id", "group_id"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )


class PaceCounter(Base):
    """How many leads a schedule's pace has let go since `starts_at`."""

    __tablename__ = "pace_counters"

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("partner_schedules.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)


class PacePlace(Base):
    """The place in a pace that a waiting lead holds: counted where the pace's counter starts, to be used `goes_at`."""

    __tablename__ = "pace_places"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("partner_schedules.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    goes_at: Mapped[datetime]
