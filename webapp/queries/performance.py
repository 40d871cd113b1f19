"""How a partner does with its leads, by group and month: volume, acceptance, speed, funnel, cost of an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, select
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
    """One partner, group (None: programs of no group) and month of its own calendar.

    `delivered` are all that the partner got, also where the student took it back later. `days_to_contact` is the
    median; `funnel` counts the leads that came at least so far. `net_cents` are fees for leads less what was given
    back, by currency; flat fees are of no lead, and stand in the report by cycle.
    """

    partner_id: UUID
    partner: str
    group_name: str | None
    month: date
    received: int
    delivered: int
    rejected: int
    duplicates: int
    failed: int
    returned: int
    days_to_contact: float | None
    funnel: Mapping[FunnelStatus, int]
    net_cents: Mapping[str, int]

    @property
    def acceptance(self) -> float | None:
        """The share of the leads the partner answered that it took; None where it answered none."""
        answered = self.delivered + self.rejected + self.duplicates
        return self.delivered / answered if answered else None

    @property
    def cents_per_application(self) -> Mapping[str, float]:
        """Net cents for each lead that applied or came further, by currency; empty where none did."""
        applied = self.funnel[FunnelStatus.APPLIED]
        return {currency: cents / applied for currency, cents in self.net_cents.items()} if applied else {}


def performance(
    session: Session,
    *,
    partner_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Performance, ...]:
    """Every group and month with leads that count, by the moment they were asked for; the newest month first."""
    conditions: list[ColumnElement[bool]] = [and_(Lead.counts)]
    if partner_id is not None:
        conditions.append(Lead.partner_id == partner_id)
    if since is not None:
        conditions.append(Lead.created_at >= since)
    if until is not None:
        conditions.append(Lead.created_at < until)
    money = _money(session, conditions)
    statement = _grouped(*_measured()).where(*conditions)
    order = (_MONTH.desc(), func.lower(Partner.display_name), Partner.id, _GROUP)
    return tuple(_row(row, money) for row in session.execute(statement.order_by(*order)))


_MONTH: Final = cast(func.date_trunc("month", func.timezone(Partner.time_zone, Lead.created_at)), Date)
_GROUP: Final = func.coalesce(LeadCharge.group_name, ProgramGroup.name)
_KEYS: Final = (Partner.id, Partner.display_name, _GROUP, _MONTH)


def _grouped(*measured: ColumnElement[Any], by: tuple[Any, ...] = ()) -> Select[*tuple[Any, ...]]:
    own = and_(ProgramGroup.id == GroupedProgram.group_id, ProgramGroup.partner_id == Partner.id)
    return (
        select(*_KEYS, *by, *measured)
        .select_from(Lead)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(LeadCharge, LeadCharge.lead_id == Lead.id)
        .outerjoin(LeadReturn, LeadReturn.lead_id == Lead.id)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .outerjoin(GroupedProgram, GroupedProgram.program_id == Lead.program_id)
        .outerjoin(ProgramGroup, own)
        .group_by(*_KEYS, *by)
    )


def _measured() -> tuple[ColumnElement[Any], ...]:
    ended = (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER, LeadStatus.FAILED)
    return (
        func.count(Lead.id),
        _count(Lead.delivered_at.is_not(None)),
        *(_count(Lead.status == status) for status in ended),
        _count(LeadReturn.status == ReturnStatus.APPROVED),
        func.percentile_cont(0.5).within_group(_days_to_contact()),
        *(_count(FunnelStanding.status.in_(_at_least(status))) for status in FunnelStatus),
    )


def _money(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[tuple[Any, ...], dict[str, int]]:
    """What is owed for the leads of each group and month, by currency."""
    statement = _grouped(func.sum(LeadCharge.price_cents), by=(LeadCharge.currency,))
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for *keys, currency, cents in session.execute(statement.where(*conditions, LeadCharge.status.in_(_OWED))):
        found.setdefault(tuple(keys), {})[currency] = int(cents)
    return found


def _row(row: Any, money: Mapping[tuple[Any, ...], Mapping[str, int]]) -> Performance:
    partner_id, partner, group, month = row[:4]
    received, delivered, rejected, duplicates, failed, returned, days, *reached = row[4:]
    return Performance(
        partner_id=partner_id,
        partner=partner,
        group_name=group,
        month=month,
        received=received,
        delivered=delivered,
        rejected=rejected,
        duplicates=duplicates,
        failed=failed,
        returned=returned,
        days_to_contact=float(days) if days is not None else None,
        funnel={status: int(count) for status, count in zip(FunnelStatus, reached, strict=True)},
        net_cents=money.get((partner_id, partner, group, month), {}),
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(Lead.id).filter(condition)


def _days_to_contact() -> ColumnElement[Any]:
    """Days between the delivery and the first contact, in the partner's calendar."""
    return FunnelStanding.contacted_on - cast(func.timezone(Partner.time_zone, Lead.delivered_at), Date)


def _at_least(status: FunnelStatus) -> tuple[FunnelStatus, ...]:
    return tuple(each for each in FunnelStatus if each.place >= status.place)
