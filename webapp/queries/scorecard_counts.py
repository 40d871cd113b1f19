"""What was heard of the leads that each partner got, counted by the day of the hand-over (UTC). For staff alone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Select, Text, case, cast, func, literal, select
from sqlalchemy.orm import Session

from webapp.models import ContactAnswer, FunnelStanding, Lead, Partner
from webapp.queries.day_count import Topic, day_of, keys_of, totals_between
from webapp.queries.scorecard_rows import delivered

SAID, YES, NO, NOTHING = "said", "yes", "no", "-"


@dataclass(slots=True)
class Heard:
    """Of one partner's delivered leads: how many, how many of them are known to have been contacted, how many students
    were heard (`asked`) and how many of those agreed, and leads by days to the contact, by the partner's own word."""

    delivered: int = 0
    reached: int = 0
    asked: int = 0
    agreed: int = 0
    days: Counter[int] = field(default_factory=Counter)


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    delivered_on = cast(func.timezone(Partner.time_zone, Lead.delivered_at), Date)
    one = (
        select(
            day_of(Lead.delivered_at).label("day"),
            Lead.partner_id.label("partner_id"),
            FunnelStanding.status.is_not(None).label("said"),
            ContactAnswer.contacted.label("contacted"),
            cast(FunnelStanding.contacted_on - delivered_on, Integer).label("days"),
        )
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .outerjoin(ContactAnswer, ContactAnswer.lead_id == Lead.id)
        .where(window, delivered())
        .subquery()
    )
    said = case((one.c.said, literal(SAID)), else_=NOTHING)
    contacted = case((one.c.contacted, literal(YES)), (~one.c.contacted, NO), else_=NOTHING)
    days = func.coalesce(cast(one.c.days, Text), NOTHING)
    return select(one.c.day, keys_of(one.c.partner_id, said, contacted, days), func.count()).group_by(*one.c)


SCORECARD: Final = Topic("scorecard", Lead.delivered_at, _rows, begun=Lead.created_at)


def heard(session: Session, since: datetime, until: datetime) -> Mapping[UUID, Heard]:
    """By partner, of the leads handed over after `since` up to `until`."""
    found: dict[UUID, Heard] = {}
    for (partner_id, said, contacted, days), leads in totals_between(session, SCORECARD, since, until).items():
        counts = found.setdefault(UUID(partner_id), Heard())
        counts.delivered += leads
        counts.reached += leads if said == SAID or contacted == YES else 0
        counts.asked += leads if contacted != NOTHING else 0
        counts.agreed += leads if contacted == YES else 0
        if days != NOTHING:
            counts.days[int(days)] += leads
    return found
