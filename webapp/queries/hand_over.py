"""How soon leads are handed over, and how many are not: by the day on which they were asked for (UTC)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from webapp.domain.lead import LeadStatus
from webapp.models import Lead
from webapp.queries.day_count import Topic, by_day, day_of, keys_of
from webapp.queries.form_funnel import LONGER

SECONDS: Final = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 259200, 604800)
"""Bounds of the classes that waits fall in; what took longer is in a last class."""
NEVER: Final = "-"
ENDED_BADLY: Final = (LeadStatus.FAILED, LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER)


@dataclass(frozen=True, slots=True)
class HandOverDay:
    """One day: leads asked for, by where they stand now, and the waits of those handed over, by class of seconds.

    A wait is from the end of the undo window to the hand-over, holds included. Test leads are in none of it.
    """

    day: date
    leads: Mapping[LeadStatus, int]
    waits: Mapping[int, int]


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    day = day_of(Lead.created_at)
    seconds = func.extract("epoch", Lead.delivered_at - Lead.undo_until)
    classes = [(seconds <= bound, str(bound)) for bound in SECONDS]
    waited = case((Lead.delivered_at.is_(None), NEVER), *classes, else_=str(LONGER)).label("waited")
    one = select(day.label("day"), Lead.status.label("status"), waited).where(window, Lead.counts).subquery()
    return select(one.c.day, keys_of(one.c.status, one.c.waited), func.count()).group_by(
        one.c.day, one.c.status, one.c.waited
    )


HAND_OVER: Final = Topic("hand_over", Lead.created_at, _rows)


def hand_over(session: Session, first: date, last: date, now: datetime) -> tuple[HandOverDay, ...]:
    """Each day from `first` to `last`, both included, the oldest first."""
    found = []
    for day, counts in by_day(session, HAND_OVER, first, last, now).items():
        leads: Counter[LeadStatus] = Counter()
        waits: Counter[int] = Counter()
        for (status, waited), number in counts.items():
            leads[LeadStatus(status)] += number
            if waited != NEVER:
                waits[int(waited)] += number
        found.append(HandOverDay(day, leads, waits))
    return tuple(found)


def failure_reasons(session: Session, first: date, last: date) -> tuple[tuple[LeadStatus, str, int], ...]:
    """Why leads of these days failed or were refused, as (status, reason, leads), the most frequent first.

    A partner's own words are told as one reason: they may name somebody.
    """
    since = datetime.combine(first, time(), tzinfo=UTC)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    told = case((Lead.status == LeadStatus.FAILED, func.coalesce(Lead.reason, "")), else_="")
    rows = session.execute(
        select(Lead.status, told, func.count())
        .where(Lead.status.in_(ENDED_BADLY), Lead.counts, Lead.created_at >= since, Lead.created_at < until)
        .group_by(Lead.status, told)
        .order_by(func.count().desc(), Lead.status, told)
    )
    return tuple((row[0], row[1], row[2]) for row in rows)
