"""Caps, hours and pace: exact however many workers there are, given back where nothing came of it, told plainly."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.cap import CapMeasure, CapPeriod, CapScope, CapTerms, WhenFull
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import NotFound, Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.schedule import Pace, Schedule, Span
from webapp.gateways.sealing import Seal
from webapp.models import CapReservation, Delivery, Lead, Match, Message
from webapp.queries.cap import list_caps
from webapp.queries.next_choice import find_next_choice
from webapp.services import cap, lead, program_group, schedule
from webapp.services.cap_terms import remove_cap, set_cap

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, time_zone="America/New_York", price_cents=4500)


@pytest.fixture
def route(session: Session, clock: FrozenClock, links: Links, school: School) -> Callable[..., list[Lead]]:
    """So many more leads of the school, of whomever, go on their way, one after the other; what became of them."""

    def route(count: int, **columns: object) -> list[Lead]:
        ids = many_leads(session, clock, links, school, count)
        values = {"status": LeadStatus.UNDO_WINDOW, "due_at": clock.now(), "waived": ["duplicate"], **columns}
        session.execute(update(Lead).where(Lead.id.in_(ids)).values(values))
        session.execute(update(Delivery).where(Delivery.lead_id.in_(ids)).values(status=DeliveryStatus.WAITING))
        session.expire_all()
        for lead_id in ids:
            lead.release(session, clock, lead_id)
        return [session.get_one(Lead, lead_id) for lead_id in ids]

    return route


def statuses(leads: list[Lead]) -> list[tuple[LeadStatus, str | None]]:
    return [(each.status, each.reason) for each in leads]


def count_cap(period: CapPeriod, limit: int, scope: CapScope | None = None, **more: WhenFull) -> CapTerms:
    return CapTerms(period, CapMeasure.COUNT, limit, scope or CapScope(), **more)


QUEUED, HELD = (LeadStatus.QUEUED, "undo_window_over"), (LeadStatus.HELD_CAP, "cap_full")
TOLD = (LeadStatus.EXPIRED, "no_place")


def test_each_period_measure_and_scope(
    session: Session, clock: FrozenClock, school: School, route: Callable[..., list[Lead]]
) -> None:
    group = program_group.create(session, clock, school.partner_id, "Evening")
    program_group.put(session, group, [school.program_id])
    scopes = (CapScope(), CapScope(group_id=group), CapScope(program_id=school.program_id), CapScope(state="CA"))
    for period in CapPeriod:
        for scope in scopes:
            with session.begin_nested() as savepoint:
                set_cap(session, clock, school.partner_id, count_cap(period, 1, scope))
                found = statuses(route(2))
                # A lifetime has no next period to wait for, and this month ends before the leads do.
                assert found == [QUEUED, TOLD if period is CapPeriod.LIFETIME else HELD], (period, scope)
                savepoint.rollback()
            session.expire_all()
    set_cap(session, clock, school.partner_id, count_cap(CapPeriod.DAY, 0, CapScope(state="TX")))
    budget = CapTerms(CapPeriod.MONTH, CapMeasure.BUDGET, 9_000, currency="USD")
    set_cap(session, clock, school.partner_id, budget)
    assert statuses(route(3)) == [QUEUED, QUEUED, HELD]  # two times $45.00, and nobody is from Texas
    (_, row) = list_caps(session, school.partner_id, clock.now())[::-1]
    assert (row.used, row.is_full) == (9_000, True)
    set_cap(session, clock, school.partner_id, CapTerms(CapPeriod.DAY, CapMeasure.BUDGET, 100, currency="EUR"))
    set_cap(session, clock, school.partner_id, CapTerms(CapPeriod.MONTH, CapMeasure.BUDGET, 90_000, currency="USD"))
    assert statuses(route(1)) == [QUEUED]  # what is paid in dollars takes nothing of a budget in euros


@pytest.mark.parametrize(
    ("midnight", "hours"), [(datetime(2026, 3, 8, tzinfo=NEW_YORK), 23), (datetime(2026, 11, 1, tzinfo=NEW_YORK), 25)]
)
def test_a_day_changes_at_local_midnight_when_the_clocks_change(
    session: Session,
    clock: FrozenClock,
    school: School,
    route: Callable[..., list[Lead]],
    midnight: datetime,
    hours: int,
) -> None:
    set_cap(session, clock, school.partner_id, count_cap(CapPeriod.DAY, 1))
    clock.at = midnight.astimezone(UTC)
    first, second = route(2)
    assert statuses([first, second]) == [QUEUED, HELD]
    assert second.due_at == clock.at + timedelta(hours=hours)
    clock.at = second.due_at - timedelta(microseconds=1)
    assert statuses(route(1)) == [HELD]
    clock.at = second.due_at
    lead.release(session, clock, second.id)
    assert second.status is LeadStatus.QUEUED
    assert statuses(route(1)) == [HELD]


def test_the_student_and_the_partner_must_both_want_to_wait(
    session: Session, clock: FrozenClock, links: Links, school: School, seal: Seal, route: Callable[..., list[Lead]]
) -> None:
    set_cap(session, clock, school.partner_id, count_cap(CapPeriod.DAY, 0, when_full=WhenFull.HOLD))
    assert statuses(route(1, may_wait=True)) == [HELD]
    assert statuses(route(1, may_wait=False)) == [TOLD]
    set_cap(session, clock, school.partner_id, count_cap(CapPeriod.DAY, 0, when_full=WhenFull.TELL))
    other = make_school(session, seal, name="Juniper")
    stored = submit_request(session, clock, links, [school], email="bo@student.example", may_wait=True)
    (told,) = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id))
    session.add(_second_match(session, told.match_id, other.program_id))
    session.flush()
    clock.advance(timedelta(minutes=10))
    lead.release(session, clock, told.id)
    assert statuses([told]) == [TOLD]
    mail = session.execute(select(Message).where(Message.lead_id == told.id)).scalar_one()
    assert mail.template is Template.INTRODUCTION_UPDATE
    choice = find_next_choice(session, told.id)
    assert choice is not None
    assert (choice.rank, choice.institution) == (2, "Juniper Institute")


def _second_match(session: Session, match_id: UUID, program_id: str) -> Match:
    first = session.get_one(Match, match_id)
    values = {column.key: getattr(first, column.key) for column in Match.__table__.columns if column.key != "id"}
    return Match(**{**values, "program_id": program_id, "rank": 2})


def test_changing_a_cap_keeps_what_is_taken_and_looks_at_who_waits(
    session: Session, clock: FrozenClock, school: School, route: Callable[..., list[Lead]]
) -> None:
    wanted = count_cap(CapPeriod.DAY, 2)
    assert set_cap(session, clock, school.partner_id, wanted) is None
    *_, waits = route(3)
    assert statuses([waits]) == [HELD]
    assert set_cap(session, clock, school.partner_id, count_cap(CapPeriod.DAY, 3)) == wanted
    session.refresh(waits)
    lead.release(session, clock, waits.id)
    assert waits.reason == "hold_over"
    (row,) = list_caps(session, school.partner_id, clock.now())
    assert (row.used, row.terms.limit) == (3, 3)
    cap.release(session, waits)
    cap.release(session, waits)
    assert list_caps(session, school.partner_id, clock.now())[0].used == 2
    remove_cap(session, clock, school.partner_id, row.id)
    assert statuses(route(2)) == [QUEUED, QUEUED]
    with pytest.raises(NotFound):
        remove_cap(session, clock, school.partner_id, row.id)
    bad = CapTerms(CapPeriod.DAY, CapMeasure.BUDGET, -1, CapScope(program_id="another's", state="ZZ"))
    with pytest.raises(Refused) as refusal:
        set_cap(session, clock, school.partner_id, bad)
    assert {each.where for each in refusal.value.problems} == {"limit", "currency", "scope", "state", "program"}


def test_hours_and_pace_hold_leads_and_take_no_place_in_the_caps(
    session: Session, clock: FrozenClock, school: School, route: Callable[..., list[Lead]]
) -> None:
    set_cap(session, clock, school.partner_id, count_cap(CapPeriod.DAY, 50))
    office = Schedule({day: (Span(540, 1020),) for day in range(5)}, frozenset({date(2026, 11, 26)}), Pace(2, 60))
    schedule.set_schedule(session, clock, school.partner_id, office)
    clock.at = datetime(2026, 11, 25, 17, 30, tzinfo=NEW_YORK).astimezone(UTC)
    (late,) = route(1)
    assert statuses([late]) == [(LeadStatus.HELD_SCHEDULE, "outside_hours")]
    assert late.due_at == datetime(2026, 11, 27, 9, tzinfo=NEW_YORK)
    clock.at = late.due_at
    assert statuses(route(3)) == [QUEUED, QUEUED, (LeadStatus.HELD_SCHEDULE, "paced")]
    paced = session.scalars(select(Lead).where(Lead.reason == "paced")).one()
    assert paced.due_at == datetime(2026, 11, 27, 10, tzinfo=NEW_YORK)
    assert len(session.scalars(select(CapReservation)).all()) == 2
    before = schedule.set_schedule(session, clock, school.partner_id, Schedule())
    assert before == office
    session.refresh(paced)
    lead.release(session, clock, paced.id)
    assert paced.status is LeadStatus.QUEUED
    schedule.remove_schedule(session, clock, school.partner_id)
    with pytest.raises(NotFound):
        schedule.remove_schedule(session, clock, school.partner_id)


def test_many_processes_never_take_more_than_there_is(fresh_database_url: str) -> None:
    """The full size, 64 processes and 5,000 leads, is `python -m benchmarks.caps`."""
    command = [sys.executable, "-m", "tests.factories.cap_race", fresh_database_url, "8", "200", "25"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
    assert told["delivered"] - told["returned"] == 25 == told["counter"], told
    assert told["returned"] > 0
    assert told["rejected"] > 0
    assert told["failed"] > 0
