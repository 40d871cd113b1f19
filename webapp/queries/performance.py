"""How a partner does with its leads, by group and month: volume, acceptance, speed, funnel, cost of an application."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, func, select
from sqlalchemy.orm import Session

from webapp.domain.charge import MoneyStatus
from webapp.domain.funnel import FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnStatus
from webapp.models import (
    FunnelStanding,
    GroupedProgram,
    Lead,
    LeadCharge,
    LeadReturn,
    Partner,
    ProgramGroup,
)

_OWED = (MoneyStatus.ACCRUED, MoneyStatus.INVOICED, MoneyStatus.PAID)


@dataclass(frozen=True, slots=True)
class Performance:
    """One partner, group (None: programs of no group), month of its own calendar, and currency (None: no price).

    `delivered` are all that the partner got, also where the student took it back later. `days_to_contact` is the
    median; `funnel` counts the leads that came at least so far. `net_cents` are fees for leads less what was given
    back; flat fees are of no lead, and stand in the report by cycle.
    """

    partner_id: UUID
    partner: str
    group_name: str | None
    month: date
    currency: str | None
    received: int
    delivered: int
    rejected: int
    duplicates: int
    failed: int
    returned: int
    days_to_contact: float | None
    net_cents: int
    funnel: dict[FunnelStatus, int]

    @property
    def acceptance(self) -> float | None:
        """The share of the leads the partner answered that it took; None where it answered none."""
        answered = self.delivered + self.rejected + self.duplicates
        return self.delivered / answered if answered else None

    @property
    def cents_per_application(self) -> float | None:
        """Net cents for each lead that applied or came further; None where none did or nothing was paid for."""
        applied = self.funnel[FunnelStatus.APPLIED]
        return self.net_cents / applied if applied and self.currency else None


def performance(
    session: Session,
    *,
    partner_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Performance, ...]:
    """Every group and month with leads that count, by the moment they were asked for; the newest month first."""
    month = cast(func.date_trunc("month", func.timezone(Partner.time_zone, Lead.created_at)), Date)
    group = func.coalesce(LeadCharge.group_name, ProgramGroup.name)
    keys = (Partner.id, Partner.display_name, group, month, LeadCharge.currency)
    measured = (
        func.count(Lead.id),
        _count(Lead.delivered_at.is_not(None)),
        *(_count(Lead.status == s) for s in (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER, LeadStatus.FAILED)),
        _count(LeadReturn.status == ReturnStatus.APPROVED),
        func.percentile_cont(0.5).within_group(_days_to_contact()),
        func.coalesce(func.sum(LeadCharge.price_cents).filter(LeadCharge.status.in_(_OWED)), 0),
        *(_count(FunnelStanding.status.in_(_at_least(status))) for status in FunnelStatus),
    )
    statement = (
        select(*keys, *measured)
        .select_from(Lead)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(LeadCharge, LeadCharge.lead_id == Lead.id)
        .outerjoin(LeadReturn, LeadReturn.lead_id == Lead.id)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .outerjoin(GroupedProgram, GroupedProgram.program_id == Lead.program_id)
        .outerjoin(
            ProgramGroup, and_(ProgramGroup.id == GroupedProgram.group_id, ProgramGroup.partner_id == Partner.id)
        )
        .where(Lead.counts)
        .group_by(*keys)
        .order_by(month.desc(), func.lower(Partner.display_name), Partner.id, group, LeadCharge.currency)
    )
    if partner_id is not None:
        statement = statement.where(Lead.partner_id == partner_id)
    if since is not None:
        statement = statement.where(Lead.created_at >= since)
    if until is not None:
        statement = statement.where(Lead.created_at < until)
    return tuple(_row(row) for row in session.execute(statement))


def _row(row: Any) -> Performance:
    named, days, cents, reached = row[:11], row[11], row[12], row[13:]
    return Performance(
        *named,
        days_to_contact=float(days) if days is not None else None,
        net_cents=int(cents),
        funnel={status: int(count) for status, count in zip(FunnelStatus, reached, strict=True)},
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(Lead.id).filter(condition)


def _days_to_contact() -> ColumnElement[Any]:
    """Days between the delivery and the first contact, in the partner's calendar."""
    return FunnelStanding.contacted_on - cast(func.timezone(Partner.time_zone, Lead.delivered_at), Date)


def _at_least(status: FunnelStatus) -> tuple[FunnelStatus, ...]:
    return tuple(each for each in FunnelStatus if each.place >= status.place)
