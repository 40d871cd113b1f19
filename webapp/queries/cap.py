"""Caps of a partner, with what is taken of each now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from webapp.domain.cap import CapPeriod, CapTerms, forecast
from webapp.domain.partner import PartnerStatus
from webapp.models import Cap, CapCounter, Partner, Program, ProgramGroup

_PERIODS = list(CapPeriod)


@dataclass(frozen=True, slots=True)
class CapRow:
    """One cap. `used` and `terms.limit` are leads or cents; `expected` is what it comes to by its period's end.

    `about` names the group or the program; blank for a cap on all leads or on a state.
    """

    id: UUID
    terms: CapTerms
    about: str
    used: int
    starts_at: datetime
    ends_at: datetime | None
    expected: int | None

    @property
    def is_full(self) -> bool:
        return self.used >= self.terms.limit

    @property
    def will_be_full(self) -> bool:
        """Whether it comes to its limit before its period ends, at this pace."""
        return not self.is_full and self.expected is not None and self.expected >= self.terms.limit


def list_caps(session: Session, partner_id: UUID, now: datetime) -> tuple[CapRow, ...]:
    """The caps in force, those on all leads first, then by period."""
    partner = session.get_one(Partner, partner_id)
    zone = ZoneInfo(partner.time_zone)
    rows = session.execute(
        select(Cap, ProgramGroup.name, Program.name)
        .outerjoin(ProgramGroup, ProgramGroup.id == Cap.group_id)
        .outerjoin(Program, Program.program_id == Cap.program_id)
        .where(Cap.partner_id == partner_id, Cap.removed_at.is_(None))
    ).all()
    counted = session.execute(
        select(CapCounter.cap_id, CapCounter.starts_at, CapCounter.used).where(
            CapCounter.cap_id.in_([row.Cap.id for row in rows])
        )
    )
    used = {(cap_id, starts_at): taken for cap_id, starts_at, taken in counted}
    found = [_row(cap, group or program or cap.program_id or "", used, zone, now) for cap, group, program in rows]
    return tuple(sorted(found, key=lambda row: (row.terms.scope.parts, row.about, _PERIODS.index(row.terms.period))))


@dataclass(frozen=True, slots=True)
class CapUse:
    """A cap in force with the partner it is of, and that partner's time zone, in which its period runs."""

    partner_id: UUID
    partner: str
    time_zone: str
    cap: CapRow


def list_cap_use(session: Session, now: datetime) -> tuple[CapUse, ...]:
    """The caps of every partner that is live, the fullest first: by what is used, then by what is foreseen."""
    rows = session.execute(
        select(Cap, Partner, func.coalesce(ProgramGroup.name, Program.name, Cap.program_id, ""))
        .join(Partner, Partner.id == Cap.partner_id)
        .outerjoin(ProgramGroup, ProgramGroup.id == Cap.group_id)
        .outerjoin(Program, Program.program_id == Cap.program_id)
        .where(Cap.removed_at.is_(None), Partner.status == PartnerStatus.LIVE)
    ).all()
    starts = {cap.id: cap.period.start(now, ZoneInfo(partner.time_zone)) for cap, partner, _ in rows}
    # Only the counters of this moment's periods: those of former ones are many.
    places = tuple_(CapCounter.cap_id, CapCounter.starts_at).in_(list(starts.items()))
    counted = session.execute(select(CapCounter.cap_id, CapCounter.starts_at, CapCounter.used).where(places))
    used = {(cap_id, starts_at): taken for cap_id, starts_at, taken in counted}
    found = [
        CapUse(
            partner.id,
            partner.display_name,
            partner.time_zone,
            _row(cap, about, used, ZoneInfo(partner.time_zone), now),
        )
        for cap, partner, about in rows
    ]
    return tuple(sorted(found, key=lambda use: (*(-share for share in _shares(use.cap)), use.partner.lower())))


def _shares(row: CapRow) -> tuple[float, float]:
    most = max(row.terms.limit, 1)
    return row.used / most, (row.expected or 0) / most


def _row(cap: Cap, about: str, used: dict[tuple[UUID, datetime], int], zone: ZoneInfo, now: datetime) -> CapRow:
    start, end = cap.period.start(now, zone), cap.period.next_start(now, zone)
    taken = used.get((cap.id, start), 0)
    return CapRow(cap.id, cap.terms, about, taken, start, end, forecast(taken, start, end, now))
