"""How fast leads go down the funnel: how many reach each step, how many days after the delivery, and when last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, func, select
from sqlalchemy.orm import Session

from webapp.domain.funnel import FunnelStatus, at_least
from webapp.models import FunnelStanding, Lead, Partner


@dataclass(frozen=True, slots=True)
class FunnelPace:
    """One step of the funnel: how many leads came at least so far, and of those with a day of it, how soon and when.

    `days` is the median of days after the delivery; `latest` the newest day.
    """

    status: FunnelStatus
    reached: int
    dated: int
    days: float | None
    latest: date | None


def funnel_pace(session: Session, partner_id: UUID, *, since: datetime) -> tuple[FunnelPace, ...]:
    """Each step of the funnel over the partner's leads asked for since then, in order."""
    delivered_on = cast(func.timezone(Partner.time_zone, Lead.delivered_at), Date)
    measured: list[ColumnElement[Any]] = []
    for status in FunnelStatus:
        day = getattr(FunnelStanding, f"{status}_on")
        measured += [
            func.count().filter(FunnelStanding.status.in_(at_least(status))),
            func.count(day),
            func.percentile_cont(0.5).within_group(day - delivered_on),
            func.max(day),
        ]
    row = session.execute(
        select(*measured)
        .select_from(FunnelStanding)
        .join(Lead, Lead.id == FunnelStanding.lead_id)
        .join(Partner, Partner.id == Lead.partner_id)
        .where(Lead.partner_id == partner_id, Lead.created_at >= since, and_(Lead.counts))
    ).one()
    found = []
    for place, status in enumerate(FunnelStatus):
        reached, dated, days, latest = row[4 * place : 4 * place + 4]
        found.append(FunnelPace(status, reached, dated, float(days) if days is not None else None, latest))
    return tuple(found)
