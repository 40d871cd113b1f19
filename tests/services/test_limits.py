"""Limits: what the page foretells is what happens, and a cap set now knows what its period has had."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, func, insert, select, update
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.request import POLICY
from tests.factories.school import School, make_school
from tests.factories.stage import Stage
from webapp.domain.cap import CapMeasure, CapPeriod, CapScope, CapTerms, WhenFull
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.limits import LeadKind, LimitVerdict
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.domain.schedule import Pace, Schedule, Span
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import CapReservation, Delivery, Lead, LeadEvent, LeadReturn, PacePlace, Partner
from webapp.queries.cap import list_caps
from webapp.services import cap, lead, program_group, schedule
from webapp.services.cap_terms import set_cap
from webapp.services.limits import foresee

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 25, 12, tzinfo=NEW_YORK).astimezone(UTC)
HAPPENS = {
    (LeadStatus.QUEUED, "undo_window_over"): LimitVerdict.GOES,
    (LeadStatus.HELD_SCHEDULE, "partner_paused"): LimitVerdict.PAUSED,
    (LeadStatus.HELD_SCHEDULE, "outside_hours"): LimitVerdict.CLOSED,
    (LeadStatus.HELD_SCHEDULE, "paced"): LimitVerdict.PACED,
    (LeadStatus.HELD_CAP, "cap_full"): LimitVerdict.FULL,
    (LeadStatus.EXPIRED, "no_place"): LimitVerdict.FULL,
    (LeadStatus.EXPIRED, "partner_ended"): LimitVerdict.ENDED,
}


@pytest.fixture
def school(session: Session, seal: Seal, clock: FrozenClock) -> School:
    clock.at = NOON
    return make_school(session, seal, time_zone="America/New_York", price_cents=4500)


def put_on_the_way(session: Session, clock: FrozenClock, links: Links, school: School, count: int) -> list[Lead]:
    """Leads whose undo window is over, of whomever."""
    ids = many_leads(session, clock, links, school, count)
    ready = {
        "status": LeadStatus.UNDO_WINDOW,
        "due_at": clock.now(),
        "waived": ["validation", "filter", "duplicate"],
        "may_wait": True,
    }
    session.execute(update(Lead).where(Lead.id.in_(ids)).values(expires_at=clock.now() + POLICY.lead_expiry, **ready))
    session.execute(update(Delivery).where(Delivery.lead_id.in_(ids)).values(status=DeliveryStatus.WAITING))
    session.expire_all()
    return [session.get_one(Lead, each) for each in ids]


def route(session: Session, clock: FrozenClock, links: Links, school: School, count: int) -> list[Lead]:
    found = put_on_the_way(session, clock, links, school, count)
    for each in found:
        lead.release(session, clock, each.id)
    return found


def set_up(session: Session, clock: FrozenClock, school: School, dice: random.Random) -> None:
    """A partner with limits as the dice fall; each kind of them often enough to meet the others."""
    group = program_group.create(session, clock, school.partner_id, "Evening")
    if dice.random() < 0.5:
        program_group.put(session, group, [school.program_id])
    scopes = [CapScope(), CapScope(group), CapScope(program_id=school.program_id), CapScope(state="CA")]
    for _ in range(dice.randrange(3)):
        measure, limit = dice.choice([(CapMeasure.COUNT, dice.randrange(4)), (CapMeasure.BUDGET, 4500)])
        currency = dice.choice(["USD", "USD", "EUR"]) if measure is CapMeasure.BUDGET else None
        terms = (dice.choice(list(CapPeriod)), measure, limit, dice.choice([*scopes, CapScope(state="TX")]))
        set_cap(session, clock, school.partner_id, CapTerms(*terms, dice.choice(list(WhenFull)), currency))
    for group_id in (None, group):
        if dice.random() < 0.6:
            open_now = {clock.now().weekday(): (Span(*dice.choice([(540, 1020), (840, 960), (900, 990)])),)}
            pace = dice.choice([None, Pace(1, 60), Pace(2, 30), Pace(1)])
            wanted = Schedule(dice.choice([{}, open_now]), pace=pace)
            schedule.set_schedule(session, clock, school.partner_id, wanted, group_id=group_id)


def test_what_is_foretold_is_what_happens(session: Session, clock: FrozenClock, links: Links, school: School) -> None:
    """Two dozen partners with limits at random and some leads before: the checks of routing agree with the page."""
    seen, kind = set(), LeadKind(school.program_id, "CA")
    *before, last = [each.id for each in put_on_the_way(session, clock, links, school, 3)]
    for number in range(24):
        dice = random.Random(number)
        with session.begin_nested() as savepoint:
            set_up(session, clock, school, dice)
            for lead_id in before[: dice.choice([0, 1, 2, 2])]:
                lead.release(session, clock, lead_id)
            if number < 2:
                status = (PartnerStatus.PAUSED, PartnerStatus.ENDED)[number]
                session.execute(update(Partner).where(Partner.id == school.partner_id).values(status=status))
                session.expire_all()
            told = foresee(session, clock, school.partner_id, kind, lead_expiry=POLICY.lead_expiry)
            lead.release(session, clock, last)
            came = session.get_one(Lead, last)
            assert HAPPENS[came.status, str(came.reason)] is told.verdict, number
            if told.verdict in (LimitVerdict.CLOSED, LimitVerdict.PACED) or told.waits:
                assert came.due_at == (told.until or came.expires_at), number
            if told.verdict is LimitVerdict.FULL:
                assert (came.status is LeadStatus.HELD_CAP) is told.waits, number
            seen.add((told.verdict, told.waits))
            savepoint.rollback()
        session.expire_all()
    assert seen == {(each, False) for each in LimitVerdict} | {(LimitVerdict.FULL, True)}


def test_a_cap_set_at_noon_counts_the_mornings_leads_of_its_scope(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    group = program_group.create(session, clock, school.partner_id, "Evening")
    program_group.put(session, group, [school.program_id])
    clock.at = NOON - timedelta(days=1)
    route(session, clock, links, school, 2)
    clock.at = NOON - timedelta(hours=3)
    goes, failed, returned, test = route(session, clock, links, school, 4)
    failed.status, test.test = LeadStatus.FAILED, True
    returned.status, returned.delivered_at = LeadStatus.DELIVERED, clock.now()
    session.execute(
        insert(LeadReturn).values(
            id=new_id(),
            lead_id=returned.id,
            partner_id=school.partner_id,
            reason=ReturnReason.OTHER,
            status=ReturnStatus.APPROVED,
            requested_by="pat",
            requested_at=clock.now(),
            decided_at=clock.now(),
            decided_by="us",
        )
    )
    (kept,) = route(session, clock, links, school, 1)
    kept.status, kept.delivered_at = LeadStatus.WITHDRAWN, clock.now()
    session.flush()
    clock.at = NOON
    wanted = {
        CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 3): 2,
        CapTerms(CapPeriod.HOUR, CapMeasure.COUNT, 3): 0,
        CapTerms(CapPeriod.MONTH, CapMeasure.COUNT, 30, CapScope(group)): 4,
        CapTerms(CapPeriod.WEEK, CapMeasure.COUNT, 30, CapScope(state="TX")): 0,
        CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 30, CapScope(program_id=school.program_id)): 2,
        CapTerms(CapPeriod.LIFETIME, CapMeasure.BUDGET, 90_000, currency="USD"): 18_000,
    }
    for terms in wanted:
        set_cap(session, clock, school.partner_id, terms)
    assert {row.terms: row.used for row in list_caps(session, school.partner_id, clock.now())} == wanted
    assert [each.status for each in route(session, clock, links, school, 2)] == [
        LeadStatus.QUEUED,
        LeadStatus.HELD_CAP,
    ]
    cap.release(session, goes)  # what was counted in arrears is given back like any other place
    used = {row.terms: row.used for row in list_caps(session, school.partner_id, clock.now())}
    assert used[CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 3)] == 2  # two, one more, and one less


@pytest.fixture
def stage(fresh_database_url: str) -> Iterator[Stage]:
    engine = create_engine(fresh_database_url, pool_size=4)
    yield Stage(engine, FrozenClock(NOON), FakeWebhook(), FakeMail())
    engine.dispose()


def test_a_cap_that_is_set_while_leads_leave_misses_none_and_waits_for_no_lead(stage: Stage) -> None:
    with stage.begin() as session:
        school = make_school(session, Seal("a secret for the race, long enough"), time_zone="America/New_York")
        ids = [each.id for each in put_on_the_way(session, stage.clock, stage.links, school, 3)]
    routed, go_on = Event(), Event()

    def leave() -> None:
        with stage.begin() as session:
            lead.release(session, stage.clock, ids[0])
            routed.set()
            go_on.wait(30)

    def limit() -> None:
        with stage.begin() as session:
            set_cap(session, stage.clock, school.partner_id, CapTerms(CapPeriod.DAY, CapMeasure.COUNT, 1))

    with ThreadPoolExecutor(2) as pool, Session(stage.engine) as holder, holder.begin():
        leaving = pool.submit(leave)
        assert routed.wait(30)
        # A lead that somebody has locked is no reason to wait; one that is leaving is.
        holder.execute(select(Lead.id).where(Lead.id == ids[1]).with_for_update())
        limiting = pool.submit(limit)
        assert not limiting.done()
        go_on.set()
        leaving.result(30)
        limiting.result(30)
    with stage.begin() as session:
        lead.release(session, stage.clock, ids[2])
        assert session.get_one(Lead, ids[2]).status is LeadStatus.HELD_CAP
        assert session.scalars(select(CapReservation.lead_id)).all() == [ids[0]]


def test_those_who_wait_for_their_pace_go_in_turn_and_wake_up_once(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    def at(hour: int) -> datetime:
        return NOON + timedelta(hours=hour - 12)

    schedule.set_schedule(session, clock, school.partner_id, Schedule(pace=Pace(2, 60)))
    first = route(session, clock, links, school, 7)
    paced = [each for each in first if each.status is LeadStatus.HELD_SCHEDULE]
    assert [each.due_at for each in paced] == [at(13), at(13), at(14), at(14), at(15)]
    lead.withdraw(session, clock, paced[0].id, prospect_id=paced[0].prospect_id, page="/my-data")
    (late,) = route(session, clock, links, school, 1)
    assert late.due_at == at(13)  # the place that was given up
    clock.at = at(13)
    for each in (*paced[1:], late):
        lead.release(session, clock, each.id)
    assert [each.status for each in (paced[1], late)] == [LeadStatus.QUEUED, LeadStatus.QUEUED]
    told = select(func.count()).select_from(LeadEvent).where(LeadEvent.lead_id == paced[4].id)
    assert session.execute(told).scalar_one() == 2  # queued and held, not once for each hour it waits
    clock.at = at(15)
    lead.release(session, clock, paced[2].id)  # overslept: it takes a place of now
    lead.release(session, clock, paced[4].id)
    assert [paced[each].status for each in (2, 4)] == [LeadStatus.QUEUED, LeadStatus.QUEUED]
    lead.release(session, clock, paced[3].id)
    assert paced[3].due_at == at(16)
    assert schedule.set_schedule(session, clock, school.partner_id, Schedule(pace=Pace(3, 60))) is not None
    session.refresh(paced[3])
    lead.release(session, clock, paced[3].id)
    assert paced[3].status is LeadStatus.QUEUED  # three an hour, and it was the third
    assert session.scalars(select(PacePlace)).all() == []

    schedule.set_schedule(session, clock, school.partner_id, Schedule(pace=Pace(4)))  # a place each six hours of a day
    spread = route(session, clock, links, school, 6)
    assert [each.due_at for each in spread] == [
        *(None, None, None, at(18)),
        *(at(24), at(30)),
    ]
