"""Leads by partner, program and status. Test leads are in none of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from webapp.domain.lead import LeadStatus
from webapp.models import Lead, Partner, Program
from webapp.queries.day_count import Topic, day_of, keys_of, totals

MOST_PROGRAMS: Final = 200
"""Programs of one partner that are told apart; those with the most leads."""


@dataclass(frozen=True, slots=True)
class StatusMix:
    """The leads of a partner, or of one of its programs, by where they stand now."""

    id: str
    name: str
    leads: Mapping[LeadStatus, int]

    @property
    def total(self) -> int:
        return sum(self.leads.values())


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    day, keys = day_of(Lead.created_at), keys_of(Lead.partner_id, Lead.status)
    return select(day, keys, func.count()).where(window, Lead.counts).group_by(day, Lead.partner_id, Lead.status)


LEADS: Final = Topic("leads", Lead.created_at, _rows)


def partner_mix(session: Session, first: date, last: date, now: datetime) -> tuple[StatusMix, ...]:
    """Every partner with leads asked for from `first` to `last`, both included; the most leads first."""
    found: dict[str, Counter[LeadStatus]] = defaultdict(Counter)
    for (partner, status), number in totals(session, LEADS, first, last, now).items():
        found[partner][LeadStatus(status)] += number
    rows = session.execute(select(Partner.id, Partner.display_name))
    names = {str(row.id): row.display_name for row in rows}
    return _sorted([StatusMix(each, names.get(each, each), dict(leads)) for each, leads in found.items()])


def program_mix(session: Session, partner_id: UUID, first: date, last: date) -> tuple[StatusMix, ...]:
    """The same of one partner's programs, the most leads first; the last `MOST_PROGRAMS` and more are left out."""
    since = datetime.combine(first, time(), tzinfo=UTC)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    rows = session.execute(
        select(Lead.program_id, Lead.status, func.count())
        .where(Lead.partner_id == partner_id, Lead.counts, Lead.created_at >= since, Lead.created_at < until)
        .group_by(Lead.program_id, Lead.status)
    )
    found: dict[str, Counter[LeadStatus]] = defaultdict(Counter)
    for program, status, number in rows:
        found[program][status] += number
    named = session.execute(select(Program.program_id, Program.name).where(Program.program_id.in_(found)))
    names = {row.program_id: row.name for row in named}
    return _sorted([StatusMix(each, names.get(each, each), dict(leads)) for each, leads in found.items()])[
        :MOST_PROGRAMS
    ]


def _sorted(found: list[StatusMix]) -> tuple[StatusMix, ...]:
    return tuple(sorted(found, key=lambda each: (-each.total, each.name.lower(), each.id)))
