"""A partner's limits of every kind: caps of all sorts, one of them full, hours, paces, and a request that waits."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.cap import CapMeasure, CapPeriod, CapScope, CapTerms, WhenFull
from webapp.domain.clock import Clock
from webapp.domain.schedule import Pace, Schedule, Span
from webapp.services.cap_request import change
from webapp.services.cap_terms import set_cap
from webapp.services.schedule import set_schedule


def put_limits(session: Session, clock: Clock, partner_id: UUID, group_id: UUID) -> None:
    """Limits to look at, as a partner with a program group may have them."""
    count, office = CapMeasure.COUNT, (Span(540, 720), Span(780, 1020))
    daily = CapTerms(CapPeriod.DAY, count, 20)
    for terms in (
        daily,
        CapTerms(CapPeriod.MONTH, CapMeasure.BUDGET, 90_000, currency="USD"),
        CapTerms(CapPeriod.HOUR, count, 0, when_full=WhenFull.TELL),
        CapTerms(CapPeriod.LIFETIME, count, 500, CapScope(group_id=group_id)),
        CapTerms(CapPeriod.WEEK, count, 5, CapScope(state="TX")),
    ):
        set_cap(session, clock, partner_id, terms)
    week = Schedule(dict.fromkeys(range(5), office), frozenset({date(2026, 12, 25)}), Pace(5, 30))
    set_schedule(session, clock, partner_id, week)
    set_schedule(session, clock, partner_id, Schedule(pace=Pace(10)), group_id=group_id)
    more = CapTerms(CapPeriod.DAY, count, 40)
    words = "The fall campaign begins on Monday."
    change(session, clock, partner_id, more, actor="sam@school.example", may_raise_spend=False, words=words)
