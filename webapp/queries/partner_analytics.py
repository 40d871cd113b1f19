"""A partner's figures by week, in its own time zone. Test leads are left out of all of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, DateTime, column, func, select, true, values
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import midnight
from webapp.domain.lead import SEEN_BY_PARTNER, LeadStatus
from webapp.models import Lead
from webapp.queries.visibility import visible_to

WEEKS = 12
_SHOWN = (*sorted(SEEN_BY_PARTNER), LeadStatus.WITHDRAWN)
_ANSWERED = (LeadStatus.DELIVERED, LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER)


@dataclass(frozen=True, slots=True)
class Week:
    """What students asked for in one week (it begins on `starts_on`, a Monday), as it stands now.

    `handed_over` and `first_look` are medians in seconds, None where there is nothing to measure.
    """

    starts_on: date
    leads: dict[LeadStatus, int]
    handed_over: float | None = None
    first_look: float | None = None

    @property
    def total(self) -> int:
        return sum(self.leads.values())

    @property
    def accepted(self) -> float | None:
        """The share of answered leads that were taken; None where none was answered."""
        answered = sum(self.leads.get(status, 0) for status in _ANSWERED)
        return self.leads.get(LeadStatus.DELIVERED, 0) / answered if answered else None


@dataclass(frozen=True, slots=True)
class PartnerAnalytics:
    """The last twelve weeks, the oldest first, with weeks in which nothing came."""

    weeks: tuple[Week, ...]

    @property
    def mix(self) -> dict[LeadStatus, int]:
        """All weeks together."""
        found: dict[LeadStatus, int] = {}
        for week in self.weeks:
            for status, count in week.leads.items():
                found[status] = found.get(status, 0) + count
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def get_partner_analytics(session: Session, partner_id: UUID, now: datetime, time_zone: str) -> PartnerAnalytics:
    """The figures of the weeks up to `now`, in one pass over the leads of those weeks."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    this_week = today - timedelta(days=today.weekday())
    starts = [this_week - timedelta(weeks=ago) for ago in range(WEEKS - 1, -1, -1)]
    spans = [(start, midnight(start, zone), midnight(start + timedelta(weeks=1), zone)) for start in starts]
    moment = DateTime(timezone=True)
    named = (column("starts_on", Date), column("starts_at", moment), column("ends_at", moment))
    weeks = values(*named, name="weeks").data(spans)
    # Each week by itself: what is counted needs no sorting by week, and all of it stands in one index.
    figures = (
        select(*(func.count().filter(Lead.status == status).label(status) for status in _SHOWN), *_medians())
        .where(
            visible_to(partner_id), Lead.created_at >= weeks.c.starts_at, Lead.created_at < weeks.c.ends_at, Lead.counts
        )
        .lateral("figures")
    )
    rows = session.execute(select(weeks.c.starts_on, *figures.c).join_from(weeks, figures, true()))
    found = [_week(row) for row in rows]
    return PartnerAnalytics(tuple(sorted(found, key=lambda week: week.starts_on)))


def _medians() -> tuple[ColumnElement[float], ...]:
    """From the moment it could leave to the moment the partner had it; from there until it was first opened here."""
    handed_over = func.date_part("epoch", Lead.delivered_at - Lead.undo_until)
    first_look = func.date_part("epoch", Lead.first_look_at - Lead.delivered_at)
    return (
        func.percentile_cont(0.5).within_group(handed_over).label("handed_over"),
        func.percentile_cont(0.5).within_group(first_look).label("first_look"),
    )


def _week(row: Any) -> Week:
    starts_on, *counts, handed_over, first_look = row
    return Week(
        starts_on,
        {status: count for status, count in zip(_SHOWN, counts, strict=True) if count},
        handed_over=max(0.0, float(handed_over)) if handed_over is not None else None,
        first_look=max(0.0, float(first_look)) if first_look is not None else None,
    )
