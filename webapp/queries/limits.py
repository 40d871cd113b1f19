"""Limits of a partner: its caps, hours and pace on one page, and what of it can be limited."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.domain.cap import CapTerms
from webapp.domain.errors import NotFound
from webapp.domain.local_time import local_words
from webapp.domain.partner import PartnerStatus
from webapp.domain.schedule import Schedule
from webapp.domain.time_zone import time_zone_label
from webapp.models import Partner
from webapp.queries.cap import CapRow, list_caps
from webapp.queries.cap_request import CapRequestRow, list_open_requests
from webapp.queries.institution import programs_of_partner
from webapp.queries.partners import list_groups
from webapp.queries.schedule import ScheduleRow, list_schedules
from webapp.queries.terms import find_terms

MOST_PROGRAMS = 500
"""Programs to choose from; whoever has more limits groups of them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one partner. `groups` and `programs` are what can be limited, as (id, name).

    `group_programs` has one program of each group that has any: what such a lead would be about. `currency` is that of
    the terms in force.
    """

    partner_id: UUID
    partner: str
    status: PartnerStatus
    time_zone: str
    currency: str
    now: datetime
    caps: tuple[CapRow, ...]
    schedules: tuple[ScheduleRow, ...]
    requests: tuple[CapRequestRow, ...]
    groups: tuple[tuple[UUID, str], ...]
    group_programs: dict[UUID, str]
    programs: tuple[tuple[str, str], ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def zone_name(self) -> str:
        """What people call the time zone."""
        return time_zone_label(self.time_zone)

    @property
    def schedule(self) -> Schedule:
        """The partner's own; one that is always open where it has none."""
        return next((row.schedule for row in self.schedules if row.group_id is None), Schedule())

    @property
    def own_groups(self) -> tuple[ScheduleRow, ...]:
        """The schedules of groups."""
        return tuple(row for row in self.schedules if row.group_id is not None)

    def say(self, moment: datetime) -> str:
        """A moment on the partner's own clocks."""
        return local_words(moment, self.zone)

    def opening(self, schedule: Schedule) -> datetime | None:
        """When a schedule is open next; now, when it is."""
        return schedule.next_open(self.now, self.zone)

    def cap(self, cap_id: UUID) -> CapRow:
        """One of its caps. NotFound for another's, and for one that was removed."""
        found = next((row for row in self.caps if row.id == cap_id), None)
        if found is None:
            raise NotFound("There is no such cap.")
        return found

    def group_name(self, group_id: UUID) -> str:
        """The name of one of its groups. NotFound for another's."""
        found = dict(self.groups).get(group_id)
        if found is None:
            raise NotFound("There is no such group.")
        return found

    def about(self, terms: CapTerms) -> str:
        """The name of the group or program that a cap is about; blank for others."""
        scope = terms.scope
        if scope.group_id is not None:
            return dict(self.groups).get(scope.group_id, "")
        return dict(self.programs).get(scope.program_id, scope.program_id) if scope.program_id is not None else ""

    def kinds(self) -> list[tuple[str, str]]:
        """The kinds of leads that meet limits of their own, as (a program of that kind, words)."""
        told = [
            (self.group_programs[group_id], f"a program of “{name}”")
            for group_id, name in self.groups
            if group_id in self.group_programs
        ]
        named = [(row.terms.scope.program_id, row.about) for row in self.caps if row.terms.scope.program_id]
        return list(dict([*told, *named]).items())


def get_limits(session: Session, partner_id: UUID, now: datetime) -> Limits:
    """The limits of one partner now. NotFound when there is none."""
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    groups, terms = list_groups(session, partner_id), find_terms(session, partner_id, now)
    found = programs_of_partner(session, partner_id, "", most=MOST_PROGRAMS)
    return Limits(
        partner_id=partner_id,
        partner=partner.display_name,
        status=partner.status,
        time_zone=partner.time_zone,
        currency=terms.currency if terms else "USD",
        now=now,
        caps=list_caps(session, partner_id, now),
        schedules=list_schedules(session, partner_id),
        requests=list_open_requests(session, partner_id),
        groups=tuple((group.id, group.name) for group in groups),
        group_programs={group.id: group.programs[0][0] for group in groups if group.programs},
        programs=tuple((each.program_id, each.name) for each in found),
    )
