"""A partner's figures by week, in its own time zone. Test leads are left out of all of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from webapp.domain.lead import LeadStatus
from webapp.models import AuditEntry, Lead
from webapp.queries.visibility import visible_to

WEEKS = 12
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
    """The figures of the weeks up to `now`."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    this_week = today - timedelta(days=today.weekday())
    starts = [this_week - timedelta(weeks=ago) for ago in range(WEEKS - 1, -1, -1)]
    since = datetime.combine(starts[0], datetime.min.time(), ZoneInfo(time_zone))
    counts = _counts(session, partner_id, since, time_zone)
    handed_over = _handed_over(session, partner_id, since, time_zone)
    first_look = _first_look(session, partner_id, since, time_zone)
    return PartnerAnalytics(
        tuple(Week(start, counts.get(start, {}), handed_over.get(start), first_look.get(start)) for start in starts)
    )


def _counts(session: Session, partner_id: UUID, since: datetime, zone: str) -> dict[date, dict[LeadStatus, int]]:
    week = func.date_trunc("week", func.timezone(zone, Lead.created_at)).label("week")
    rows = session.execute(
        select(week, Lead.status, func.count())
        .where(visible_to(partner_id), Lead.created_at >= since, Lead.test.is_(False))
        .group_by(week, Lead.status)
    )
    found: dict[date, dict[LeadStatus, int]] = {}
    for starts_at, status, count in rows:
        found.setdefault(starts_at.date(), {})[status] = count
    return found


def _handed_over(session: Session, partner_id: UUID, since: datetime, zone: str) -> dict[date, float]:
    """From the moment it could leave to the moment the partner had it."""
    week = func.date_trunc("week", func.timezone(zone, Lead.created_at)).label("week")
    took = func.extract("epoch", Lead.delivered_at - Lead.undo_until)
    rows = session.execute(
        select(week, func.percentile_cont(0.5).within_group(took))
        .where(visible_to(partner_id), Lead.created_at >= since, Lead.test.is_(False), Lead.delivered_at.is_not(None))
        .group_by(week)
    )
    return {row[0].date(): max(0.0, float(row[1])) for row in rows}


def _first_look(session: Session, partner_id: UUID, since: datetime, zone: str) -> dict[date, float]:
    """From the moment the partner had it to the moment one of its people first opened it here."""
    looked = (
        select(AuditEntry.object_id, func.min(AuditEntry.at).label("at"))
        .where(
            AuditEntry.partner_id == partner_id,
            AuditEntry.object_type == "lead",
            AuditEntry.action == "viewed",
            AuditEntry.at >= since,
        )
        .group_by(AuditEntry.object_id)
        .subquery()
    )
    week = func.date_trunc("week", func.timezone(zone, Lead.created_at)).label("week")
    took = func.extract("epoch", looked.c.at - Lead.delivered_at)
    rows = session.execute(
        select(week, func.percentile_cont(0.5).within_group(took))
        .join(looked, looked.c.object_id == cast(Lead.id, Text))
        .where(visible_to(partner_id), Lead.created_at >= since, Lead.test.is_(False), Lead.delivered_at.is_not(None))
        .group_by(week)
    )
    return {row[0].date(): max(0.0, float(row[1])) for row in rows}
