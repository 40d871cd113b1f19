"""The same person again: marked, held where the partner wants it, never dropped; exact when two come at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.duplicate import DuplicateLevel, MatchSet
from webapp.domain.errors import Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel
from webapp.domain.person import Details
from webapp.domain.screening import Screening
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import DuplicateMark, Lead, ProspectKey
from webapp.queries.screening_policy import screening_of
from webapp.services import correction, erasure, lead, screening_policy
from webapp.services.submission import Stored

PHONE = "+14155550134"
CALLS = frozenset({ContactChannel.PHONE})


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal)


def ask(session: Session, clock: FrozenClock, links: Links, school: School, **asked: Any) -> Lead:
    """A lead, looked at when its undo window is over."""
    clock.advance(timedelta(minutes=1))
    stored = submit_request(session, clock, links, [school], **asked)
    return go(session, clock, stored)


def go(session: Session, clock: FrozenClock, stored: Stored) -> Lead:
    found = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).one()
    clock.at = max(clock.at, found.undo_until)
    lead.release(session, clock, found.id)
    return found


def deliver(session: Session, found: Lead) -> None:
    session.execute(update(Lead).where(Lead.id == found.id).values(status=LeadStatus.DELIVERED))
    session.expire_all()


def marks(session: Session, found: Lead) -> dict[DuplicateLevel, tuple[Any, ...]]:
    rows = session.scalars(select(DuplicateMark).where(DuplicateMark.lead_id == found.id))
    return {row.level: (row.other_lead_id, *row.matched_by) for row in rows}


def test_another_spelling_of_the_same_mailbox_is_the_same_person(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    first = ask(session, clock, links, school, email="ana.silva@gmail.com")
    second = ask(session, clock, links, school, email="AnaSilva+school@googlemail.com")
    assert (second.status, second.reason) == (LeadStatus.HELD_REVIEW, "duplicate_in_flight")
    assert marks(session, second) == {DuplicateLevel.IN_FLIGHT: (first.id, "email")}
    lead.release_from_review(session, clock, second.id)
    assert (second.status, second.waived) == (LeadStatus.QUEUED, ["duplicate"])


def test_the_window_of_the_partner_ends_and_starts_with_its_own_days(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    deliver(session, ask(session, clock, links, school))
    clock.advance(timedelta(days=89))
    held = ask(session, clock, links, school)
    assert held.reason == "duplicate_in_window"
    deliver(session, held)
    screening_policy.change(session, clock, school.partner_id, Screening(partner_days=10), actor="ada@staff.example")
    clock.advance(timedelta(days=11))
    assert ask(session, clock, links, school).status is LeadStatus.QUEUED


def test_levels_mark_where_the_partner_does_not_want_them_held(
    session: Session, clock: FrozenClock, links: Links, school: School, seal: Seal
) -> None:
    asked = Screening(in_flight_holds=False, partner_holds=False)
    screening_policy.change(session, clock, school.partner_id, asked, actor="ada@staff.example")
    other = make_school(session, seal, name="Foxglove")
    elsewhere = ask(session, clock, links, other)
    had = ask(session, clock, links, school)
    deliver(session, had)
    flying = ask(session, clock, links, school)
    last = ask(session, clock, links, school)
    assert {flying.status, last.status} == {LeadStatus.QUEUED}
    assert marks(session, last) == {
        DuplicateLevel.IN_FLIGHT: (flying.id, "email"),
        DuplicateLevel.PARTNER: (had.id, "email"),
        DuplicateLevel.SYSTEM: (elsewhere.id, "email"),
    }
    screening_policy.change(session, clock, other.partner_id, Screening(system_holds=True), actor="a")
    lead.withdraw(session, clock, elsewhere.id, prospect_id=elsewhere.prospect_id, page="/")
    assert ask(session, clock, links, other).reason == "duplicate_in_system"


def test_the_schools_of_one_request_are_not_each_others_repeats(
    session: Session, clock: FrozenClock, links: Links, school: School, seal: Seal
) -> None:
    stored = submit_request(session, clock, links, [school, make_school(session, seal, name="Foxglove")])
    for found in session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).all():
        clock.at = max(clock.at, found.undo_until)
        lead.release(session, clock, found.id)
        assert marks(session, found) == {}


def test_people_are_recognised_by_the_facts_the_partner_chose_and_never_by_blanks(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    ask(session, clock, links, school, email="ana@student.example", phone=PHONE, channels=CALLS)
    # The same name and postal code, another address and no phone: a namesake, as far as this partner cares.
    assert ask(session, clock, links, school, email="b@student.example").status is LeadStatus.QUEUED
    chosen = Screening(match_sets=(MatchSet.PHONE, MatchSet.NAME_AND_POSTAL_CODE))
    screening_policy.change(session, clock, school.partner_id, chosen, actor="ada@staff.example")
    held = ask(session, clock, links, school, email="c@student.example")
    assert next(iter(marks(session, held).values()))[1:] == ("name_and_postal_code",)
    by_phone = Screening(match_sets=(MatchSet.PHONE,))
    screening_policy.change(session, clock, school.partner_id, by_phone, actor="ada@staff.example")
    # Two without a phone have nothing in common.
    assert ask(session, clock, links, school, email="d@student.example").status is LeadStatus.QUEUED
    same = ask(session, clock, links, school, email="e@student.example", phone=PHONE, channels=CALLS)
    assert same.status is LeadStatus.HELD_REVIEW


def test_of_two_that_wait_the_first_may_go(session: Session, clock: FrozenClock, links: Links, school: School) -> None:
    first, second = (submit_request(session, clock, links, [school]) for _ in range(2))
    session.execute(update(Lead).where(Lead.submission_id == first.submission_id).values(status=LeadStatus.HELD_REVIEW))
    session.expire_all()
    held = go(session, clock, second)
    assert held.reason == "duplicate_in_flight"
    looked_at = session.scalars(select(Lead).where(Lead.submission_id == first.submission_id)).one()
    lead.queue(session, looked_at, at=clock.now(), reason="released_by_staff", waive=())
    assert looked_at.status is LeadStatus.QUEUED


def test_keys_follow_a_correction_and_go_with_an_erasure(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    stored = submit_request(session, clock, links, [school])
    kinds = select(ProspectKey.kind).where(ProspectKey.prospect_id == stored.prospect_id)
    assert set(session.scalars(kinds)) == {MatchSet.EMAIL, MatchSet.NAME_AND_POSTAL_CODE}
    correction.correct(session, clock, links, stored.prospect_id, Details("Ana", "Silva", PHONE))
    assert set(session.scalars(kinds)) == set(MatchSet)
    erasure.erase(session, clock, stored.prospect_id, page="/")
    assert session.scalars(kinds).all() == []


def test_settings_that_make_no_sense_are_refused_all_at_once(
    session: Session, clock: FrozenClock, school: School
) -> None:
    asked = Screening(match_sets=(), partner_days=-1, complaint_percent=0)
    with pytest.raises(Refused) as refused:
        screening_policy.change(session, clock, school.partner_id, asked, actor="ada@staff.example")
    assert [problem.where for problem in refused.value.problems] == ["match_sets", "partner_days", "complaint_percent"]
    assert screening_of(session, school.partner_id) == Screening()


def test_of_eight_released_at_once_one_goes(fresh_database_url: str, clock: FrozenClock) -> None:
    engine = create_engine(fresh_database_url, pool_size=8)
    stage = Stage(engine, clock, FakeWebhook(), FakeMail())
    schools = stage.schools("Larkspur")
    leads = [
        stage.leads(stage.request(schools, email=address, phone=phone, channels=CALLS))[0]
        for address in ("a.na@gmail.com", "ana@gmail.com", "an.a+1@gmail.com", "ana@googlemail.com")
        for phone in (PHONE, "+14155550199")
    ]
    with stage.begin() as session:
        chosen = Screening(match_sets=(MatchSet.EMAIL, MatchSet.PHONE))
        screening_policy.change(session, clock, schools[0].partner_id, chosen, actor="ada@staff.example")
    clock.advance(timedelta(minutes=10))
    threads = [threading.Thread(target=stage.release, args=(lead_id,)) for lead_id in leads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    statuses = sorted(row.status for row in stage.all(Lead))
    engine.dispose()
    assert statuses == [LeadStatus.HELD_REVIEW] * 7 + [LeadStatus.QUEUED]
