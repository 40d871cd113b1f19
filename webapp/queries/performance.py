"""How a partner does with its leads, by group and month: volume, acceptance, speed, funnel, cost of an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from webapp.domain.charge import MoneyStatus
from webapp.domain.funnel import FunnelStatus, at_least
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


class ContactSpan(StrEnum):
    """How many days after the delivery the first contact was."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    THREE_DAYS = "three_days"
    WEEK = "week"
    LATER = "later"


_LAST_DAYS: Final = {
    ContactSpan.SAME_DAY: 0,
    ContactSpan.NEXT_DAY: 1,
    ContactSpan.THREE_DAYS: 3,
    ContactSpan.WEEK: 7,
}


@dataclass(frozen=True, slots=True)
class Performance:
    """One partner, group (None: programs of no group) and month of its own calendar.

    `delivered` are all that the partner got, also where the student took it back later. `contacted` counts leads of
    which the school said anything, by how soon; its first word is a contact on that day at the latest. `not_contacted`
    are those it said nothing of and still has: a request that its system never answered is one. `days_to_contact` is
    the median over both, None where half of them or more were not contacted yet.

    `funnel` counts the leads that came at least so far. `net_cents` are fees for leads less what was given back, by
    currency; flat fees are of no lead, and stand in the report by cycle.
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
    returns: Mapping[ReturnStatus, int]
    contacted: Mapping[ContactSpan, int]
    not_contacted: int
    days_to_contact: float | None
    funnel: Mapping[FunnelStatus, int]
    net_cents: Mapping[str, int]

    @property
    def returned(self) -> int:
        return self.returns[ReturnStatus.APPROVED]

    @property
    def acceptance(self) -> float | None:
        """The share of the leads the partner answered that it took; None where it answered none."""
        answered = self.delivered + self.rejected + self.duplicates
        return self.delivered / answered if answered else None

    @property
    def contacted_share(self) -> float | None:
        """The share of leads to be contacted that were; None where there are none."""
        contacted = sum(self.contacted.values())
        return contacted / (contacted + self.not_contacted) if contacted + self.not_contacted else None

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
    by_group: bool = True,
) -> tuple[Performance, ...]:
    """Every group and month with leads that count, by the moment they were asked for; the newest month first.

    Without `by_group` all groups of a month are one row.
    """
    conditions = _conditions(partner_id, since, until)
    group = _GROUP if by_group else cast(null(), LeadCharge.group_name.type)
    money = _money(session, conditions, group, by_group=by_group)
    statement = _grouped(group, *_measured(), by_group=by_group).where(*conditions)
    order = (_MONTH.desc(), func.lower(Partner.display_name), Partner.id, *((_GROUP,) if by_group else ()))
    return tuple(_row(row, money) for row in session.execute(statement.order_by(*order)))


def has_groups(session: Session, partner_id: UUID) -> bool:
    """Whether the partner's figures can be told apart by program group."""
    return bool(session.execute(select(exists().where(ProgramGroup.partner_id == partner_id))).scalar())


_MONTH: Final = cast(func.date_trunc("month", func.timezone(Partner.time_zone, Lead.created_at)), Date)
_GROUP: Final = func.coalesce(LeadCharge.group_name, ProgramGroup.name)


def _conditions(
    partner_id: UUID | None, since: datetime | None, until: datetime | None
) -> tuple[ColumnElement[bool], ...]:
    conditions: list[ColumnElement[bool]] = [and_(Lead.counts)]
    if partner_id is not None:
        conditions.append(Lead.partner_id == partner_id)
    if since is not None:
        conditions.append(Lead.created_at >= since)
    if until is not None:
        conditions.append(Lead.created_at < until)
    return tuple(conditions)


def _grouped(
    group: ColumnElement[Any], *measured: ColumnElement[Any], by_group: bool, by: tuple[Any, ...] = ()
) -> Select[*tuple[Any, ...]]:
    statement = (
        select(Partner.id, Partner.display_name, group, _MONTH, *by, *measured)
        .select_from(Lead)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(LeadReturn, LeadReturn.lead_id == Lead.id)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
    )
    if by_group or by:
        statement = statement.outerjoin(LeadCharge, LeadCharge.lead_id == Lead.id)
    if by_group:
        own = and_(ProgramGroup.id == GroupedProgram.group_id, ProgramGroup.partner_id == Partner.id)
        statement = statement.outerjoin(GroupedProgram, GroupedProgram.program_id == Lead.program_id)
        statement = statement.outerjoin(ProgramGroup, own)
    keys = (Partner.id, Partner.display_name, *((group,) if by_group else ()), _MONTH)
    return statement.group_by(*keys, *by)


def _measured() -> tuple[ColumnElement[Any], ...]:
    ended = (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER, LeadStatus.FAILED)
    days, waits = _days_to_contact(), _not_contacted()
    never = literal(float("inf"), Float)
    return (
        func.count(Lead.id),
        _count(Lead.delivered_at.is_not(None)),
        *(_count(Lead.status == status) for status in ended),
        *(_count(LeadReturn.status == status) for status in ReturnStatus),
        *(_count(_in_span(days, span)) for span in ContactSpan),
        _count(waits),
        func.percentile_cont(0.5).within_group(case((waits, never), else_=cast(days, Float))),
        *(_count(FunnelStanding.status.in_(at_least(status))) for status in FunnelStatus),
    )


def _money(
    session: Session, conditions: Sequence[ColumnElement[bool]], group: ColumnElement[Any], *, by_group: bool
) -> dict[tuple[Any, ...], dict[str, int]]:
    """What is owed for the leads of each group and month, by currency."""
    statement = _grouped(group, func.sum(LeadCharge.price_cents), by_group=by_group, by=(LeadCharge.currency,))
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for *keys, currency, cents in session.execute(statement.where(*conditions, LeadCharge.status.in_(_OWED))):
        found.setdefault(tuple(keys), {})[currency] = int(cents)
    return found


def _row(row: Any, money: Mapping[tuple[Any, ...], Mapping[str, int]]) -> Performance:
    values = list(row)

    def take(count: int) -> list[Any]:
        taken = values[:count]
        del values[:count]
        return taken

    partner_id, partner, group, month = take(4)
    received, delivered, rejected, duplicates, failed = take(5)
    returns = dict(zip(ReturnStatus, take(len(ReturnStatus)), strict=True))
    contacted = dict(zip(ContactSpan, take(len(ContactSpan)), strict=True))
    not_contacted, days = take(2)
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
        returns=returns,
        contacted=contacted,
        not_contacted=not_contacted,
        days_to_contact=float(days) if days is not None and days != float("inf") else None,
        funnel=dict(zip(FunnelStatus, values, strict=True)),
        net_cents=money.get((partner_id, partner, group, month), {}),
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(Lead.id).filter(condition)


def _first_contact() -> ColumnElement[Any]:
    """The day of the first thing a school said of a lead. Steps may be skipped, so it need not be a contact by name."""
    return func.coalesce(*(getattr(FunnelStanding, f"{status}_on") for status in FunnelStatus))


def _days_to_contact() -> ColumnElement[Any]:
    """Days between the delivery and the first contact, in the partner's calendar."""
    delivered_on = cast(func.timezone(Partner.time_zone, Lead.delivered_at), Date)
    return cast(_first_contact() - delivered_on, Integer)


def _not_contacted() -> ColumnElement[bool]:
    """The partner still has it, and nothing was said of it."""
    return and_(
        Lead.status == LeadStatus.DELIVERED,
        FunnelStanding.status.is_(None),
        or_(LeadReturn.status.is_(None), LeadReturn.status != ReturnStatus.APPROVED),
    )


def _in_span(days: ColumnElement[Any], span: ContactSpan) -> ColumnElement[bool]:
    spans = list(ContactSpan)
    place = spans.index(span)
    conditions: list[ColumnElement[bool]] = [days.is_not(None)]
    if span in _LAST_DAYS:
        conditions.append(days <= _LAST_DAYS[span])
    if place:
        conditions.append(days > _LAST_DAYS[spans[place - 1]])
    return and_(*conditions)
