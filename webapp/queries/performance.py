"""How a partner does with its leads, by group and month: volume, acceptance, speed, funnel, cost of an application."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    select,
)
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
    return _told(_read(session, partner_id, since, until, by_group=by_group), by_group=by_group)


def performance_with_groups(
    session: Session, partner_id: UUID, *, since: datetime
) -> tuple[tuple[Performance, ...], tuple[Performance, ...]]:
    """One partner's, all groups of a month in one row, and each group by itself, from one reading of its leads."""
    rows = _read(session, partner_id, since, None, by_group=True)
    return _told(rows, by_group=False), _told(rows, by_group=True)


def _read(
    session: Session, partner_id: UUID | None, since: datetime | None, until: datetime | None, *, by_group: bool
) -> Sequence[Row[*tuple[Any, ...]]]:
    conditions: list[ColumnElement[bool]] = [and_(Lead.counts)]
    if partner_id is not None:
        conditions.append(Lead.partner_id == partner_id)
    if since is not None:
        conditions.append(Lead.created_at >= since)
    if until is not None:
        conditions.append(Lead.created_at < until)
    return session.execute(_counted(by_group=by_group).where(*conditions)).all()


def _told(rows: Sequence[Row[*tuple[Any, ...]]], *, by_group: bool) -> tuple[Performance, ...]:
    tallies: dict[tuple[Any, ...], _Tally] = {}
    for partner, name, group, month, status, delivered, returned, reached, days, currency, leads, cents in rows:
        tally = tallies.setdefault((partner, name, group if by_group else None, month), _Tally())
        tally.add(leads, status, delivered=delivered, returned=returned, reached=reached, days=days)
        if cents is not None:
            tally.net_cents[currency] += int(cents)
    order = sorted(tallies, key=lambda key: (key[1].lower(), str(key[0]), key[2] is None, key[2] or ""))
    order.sort(key=lambda key: key[3], reverse=True)
    return tuple(tallies[key].told(*key) for key in order)


def has_groups(session: Session, partner_id: UUID) -> bool:
    """Whether the partner's figures can be told apart by program group."""
    return bool(session.execute(select(exists().where(ProgramGroup.partner_id == partner_id))).scalar())


def _counted(*, by_group: bool) -> Select[*tuple[Any, ...]]:
    """Leads and cents by everything that a figure asks of a lead: one pass, whose few thousand rows hold them all."""
    month = cast(func.date_trunc("month", func.timezone(Partner.time_zone, Lead.created_at)), Date)
    group: ColumnElement[Any] = func.coalesce(LeadCharge.group_name, ProgramGroup.name) if by_group else null()
    asked = (
        *(Lead.status, Lead.delivered_at.is_not(None), LeadReturn.status, FunnelStanding.status),
        *(_days_to_contact(), LeadCharge.currency),
    )
    keys = [Partner.id, Partner.display_name, month, *asked, *([group] if by_group else [])]
    statement = (
        select(
            *(Partner.id, Partner.display_name, group, month),
            *asked,
            func.count(),
            func.sum(LeadCharge.price_cents).filter(LeadCharge.status.in_(_OWED)),
        )
        .select_from(Lead)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(LeadCharge, LeadCharge.lead_id == Lead.id)
        .outerjoin(LeadReturn, LeadReturn.lead_id == Lead.id)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .group_by(*keys)
    )
    if by_group:
        own = and_(ProgramGroup.id == GroupedProgram.group_id, ProgramGroup.partner_id == Partner.id)
        statement = statement.outerjoin(GroupedProgram, GroupedProgram.program_id == Lead.program_id)
        statement = statement.outerjoin(ProgramGroup, own)
    return statement


def _days_to_contact() -> ColumnElement[Any]:
    """Days between the delivery and the first thing a school said of a lead, in its calendar; null for silence.

    Steps may be skipped, so the first need not be a contact by name.
    """
    first = func.coalesce(*(getattr(FunnelStanding, f"{status}_on") for status in FunnelStatus))
    delivered_on = cast(func.timezone(Partner.time_zone, Lead.delivered_at), Date)
    return case((FunnelStanding.status.is_not(None), cast(first - delivered_on, Integer)))


class _Tally:
    """The figures of one row, being added up."""

    def __init__(self) -> None:
        self.received = self.delivered = self.not_contacted = 0
        self.ended: dict[LeadStatus, int] = defaultdict(int)
        self.returns = dict.fromkeys(ReturnStatus, 0)
        self.days: dict[int, int] = defaultdict(int)
        self.funnel = dict.fromkeys(FunnelStatus, 0)
        self.net_cents: dict[str, int] = defaultdict(int)

    def add(
        self,
        leads: int,
        status: LeadStatus,
        *,
        delivered: bool,
        returned: ReturnStatus | None,
        reached: FunnelStatus | None,
        days: int | None,
    ) -> None:
        """Count so many leads that are alike."""
        self.received += leads
        self.delivered += leads if delivered else 0
        self.ended[status] += leads
        if returned is not None:
            self.returns[returned] += leads
        if days is not None:
            self.days[days] += leads
        if reached is not None:
            for each in FunnelStatus:
                self.funnel[each] += leads if each.place <= reached.place else 0
        elif status is LeadStatus.DELIVERED and returned is not ReturnStatus.APPROVED:
            self.not_contacted += leads

    def told(self, partner_id: UUID, partner: str, group_name: str | None, month: date) -> Performance:
        """The row."""
        contacted = dict.fromkeys(ContactSpan, 0)
        for days, leads in self.days.items():
            contacted[_span_of(days)] += leads
        return Performance(
            partner_id=partner_id,
            partner=partner,
            group_name=group_name,
            month=month,
            received=self.received,
            delivered=self.delivered,
            rejected=self.ended[LeadStatus.REJECTED],
            duplicates=self.ended[LeadStatus.DUPLICATE_AT_PARTNER],
            failed=self.ended[LeadStatus.FAILED],
            returns=self.returns,
            contacted=contacted,
            not_contacted=self.not_contacted,
            days_to_contact=median_days(self.days, self.not_contacted),
            funnel=self.funnel,
            net_cents=dict(self.net_cents),
        )


def median_days(days: Mapping[int, int], never: int) -> float | None:
    """The median of `days` (how many leads each), where `never` more are later than any; None if it is one of those."""
    total = sum(days.values()) + never
    middle, passed, found = ((total - 1) // 2, total // 2), 0, []
    for day in sorted(days):
        found += [day for place in middle if passed <= place < passed + days[day]]
        passed += days[day]
    return sum(found) / 2 if total and len(found) == 2 else None


def _span_of(days: int) -> ContactSpan:
    return next((span for span, last in _LAST_DAYS.items() if days <= last), ContactSpan.LATER)
