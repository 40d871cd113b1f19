"""Filters: read with line and column, kept in versions, tried beforehand, and honest to the student."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import PROFILE, submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.disclosure import lead_record
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.profile import Profile
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import GroupedProgram, Lead, LeadEvent, Message, PartnerFilter, ProgramGroup, Submission
from webapp.queries.filter_trial import count_last, get_trials, try_on_lead, try_on_record
from webapp.queries.my_data import find_my_data
from webapp.queries.partner_filter import get_scope, list_scopes, list_versions
from webapp.services import lead, message, partner_filter
from webapp.services.transaction import Begin
from webapp.student.introduction_words import standing, why

NOBODY = lead_record(Profile().to_json(), None, ("email",))
"""What is told of a student who said nothing."""
TEXT = """# Who we take
require background.education >= high_school

require practical.country = "US"
exclude practical.state in ("TX", "CA")
"""


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal)


def put(session: Session, clock: FrozenClock, school: School, text: str, **more: Any) -> int:
    given: dict[str, Any] = {"on_unknown": OnUnknown.PASS, "actor": "ada@staff.example", **more}
    return partner_filter.change(session, clock, school.partner_id, text, **given)


def arrive(session: Session, clock: FrozenClock, links: Links, school: School, **profile: Any) -> Lead:
    """A lead whose undo window is over, of a student who said `profile`, part by part."""
    stored = submit_request(session, clock, links, [school], email=f"{new_id().hex}@student.example")
    told = {**PROFILE, **profile}
    session.execute(update(Submission).where(Submission.id == stored.submission_id).values(profile=told))
    session.expire_all()
    found = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).one()
    clock.at = found.undo_until
    lead.release(session, clock, found.id)
    return found


def test_an_excluded_lead_ends_with_the_rule_and_the_student_reads_what_the_school_takes(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    put(session, clock, school, TEXT)
    found = arrive(session, clock, links, school)
    assert (found.status, found.reason) == (LeadStatus.FILTERED, "filter_excluded")
    step = session.scalars(select(LeadEvent).order_by(LeadEvent.id.desc()).limit(1)).one()
    assert step.detail == {
        "rule": 3,
        "version": 1,
        "words": "excluded by rule 3: state CA",
        "wanted": ["state: none of TX, CA"],
    }

    told = session.scalars(select(Message).where(Message.template == Template.INTRODUCTION_UPDATE)).one()
    message.send(begin, clock, message_outside, told.id)
    sent = mail.sent[-1]
    assert sent.subject == "Larkspur Institute, Inc. takes other requests than yours"
    assert "* State: none of TX, CA" in sent.text
    assert "says nothing about you" in sent.text
    data = find_my_data(session, links.my_data_token(found.prospect_id))
    assert data
    [shown] = data.introductions
    assert why(shown.steps[-1]).endswith("It takes those with: state: none of TX, CA.")
    assert "says nothing about you" in standing(shown).meaning


@pytest.mark.parametrize(
    ("choice", "status", "reason"),
    [
        (OnUnknown.PASS, LeadStatus.QUEUED, "undo_window_over"),
        (OnUnknown.REVIEW, LeadStatus.HELD_REVIEW, "filter_unknown"),
    ],
)
def test_where_the_lead_does_not_tell_the_partner_chooses(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    choice: OnUnknown,
    status: LeadStatus,
    reason: str,
) -> None:
    put(session, clock, school, "require background.gpa >= 3", on_unknown=choice)
    found = arrive(session, clock, links, school)
    assert (found.status, found.reason) == (status, reason)
    if status is LeadStatus.HELD_REVIEW:
        lead.release_from_review(session, clock, found.id)
        assert (found.status, found.waived) == (LeadStatus.QUEUED, ["filter"])


def test_a_groups_filter_stands_in_place_of_the_partners_and_a_blank_one_takes_it_away(
    session: Session, clock: FrozenClock, links: Links, school: School, seal: Seal
) -> None:
    put(session, clock, school, 'exclude practical.state = "CA"')
    group = ProgramGroup(id=new_id(), partner_id=school.partner_id, name="Masters")
    session.add(group)
    session.flush()
    session.add(GroupedProgram(program_id=school.program_id, group_id=group.id))
    session.flush()
    assert arrive(session, clock, links, school).status is LeadStatus.FILTERED
    assert put(session, clock, school, "# takes everybody", group_id=group.id) == 1
    assert arrive(session, clock, links, school).status is LeadStatus.QUEUED
    assert put(session, clock, school, " ", group_id=group.id) == 2
    assert arrive(session, clock, links, school).status is LeadStatus.FILTERED
    assert put(session, clock, school, "") == 2
    assert arrive(session, clock, links, school).status is LeadStatus.QUEUED
    [second, first] = list_versions(session, school.partner_id)
    assert (first.version, first.text, first.changed_by) == (1, 'exclude practical.state = "CA"', "ada@staff.example")
    assert (second.version, second.text) == (2, "")
    other = make_school(session, seal, name="Foxglove")
    with pytest.raises(NotFound):
        put(session, clock, other, TEXT, group_id=group.id)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('require practical.country = "US"\n  exclude practical.state is "TX"', "Line 2, column 27"),
        ("require practical.budget_usd > 1000", "Line 1, column 9: there is no field practical.budget_usd"),
        ("allow everybody", "Line 1, column 1: expected require or exclude"),
        ("require background.education >= clever", "Line 1, column 33"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_line_and_column(
    session: Session, clock: FrozenClock, school: School, text: str, place: str
) -> None:
    for act in (
        lambda: put(session, clock, school, text),
        lambda: try_on_record(text, NOBODY),
        lambda: count_last(session, text, school.partner_id, 10),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.problems[0].what.startswith(place)
    assert list_versions(session, school.partner_id) == ()


def test_a_filter_is_tried_on_a_lead_a_profile_and_the_last_leads(
    session: Session, clock: FrozenClock, links: Links, school: School, seal: Seal
) -> None:
    places = [{"state": state, "country": "US"} for state in ("TX", "NY", "NY")]
    leads = [arrive(session, clock, links, school, practical=place) for place in places]
    arrive(session, clock, links, school, practical={"state": "NY"})
    arrive(session, clock, links, school, practical={"state": "NY", "country": "CA"})
    tried = try_on_lead(session, TEXT, leads[0].id, partner_id=school.partner_id)
    assert (tried.outcome, tried.decided_by) == ("excluded", 3)
    assert [(rule.number, rule.line, rule.outcome) for rule in tried.rules] == [
        *((1, 2, "passes"), (2, 4, "passes"), (3, 5, "excluded")),
    ]
    assert tried.rules[2].sentence == "This lead would be excluded by rule 3: state TX."
    with pytest.raises(NotFound):
        try_on_lead(session, TEXT, leads[0].id, partner_id=make_school(session, seal, name="Foxglove").partner_id)

    blank = try_on_record(TEXT, NOBODY)
    assert (blank.outcome, blank.decided_by) == ("unknown", 1)
    assert blank.rules[2].sentence == "This lead does not say enough for rule 3: state not known."

    tally = count_last(session, TEXT, school.partner_id, 100)
    assert (tally.looked_at, tally.passing, tally.excluded, tally.unknown) == (5, 2, 2, 1)
    assert tally.by_rule == {1: 0, 2: 1, 3: 1}
    assert count_last(session, TEXT, school.partner_id, 2).looked_at == 2


def test_a_filter_of_another_release_loses_no_lead(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    session.add(
        PartnerFilter(
            id=new_id(),
            partner_id=school.partner_id,
            version=1,
            text="require a.field_of_next_year = 1",
            on_unknown=OnUnknown.PASS,
            changed_by="release 9",
        )
    )
    session.flush()
    found = arrive(session, clock, links, school)
    assert (found.status, found.reason) == (LeadStatus.HELD_REVIEW, "filter_unreadable")


def test_two_who_change_it_at_once_lose_nothing_and_a_school_tries_only_what_it_was_given(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    group = ProgramGroup(id=new_id(), partner_id=school.partner_id, name="Online")
    session.add(group)
    session.flush()
    assert [scope.version for scope in list_scopes(session, school.partner_id)] == [0, 0]
    text = 'require practical.state in ("CA", "WA")\n#off require match.band exists\nexclude practical.state = "TX"\n'
    assert put(session, clock, school, text, since=0) == 1
    with pytest.raises(Refused, match="meanwhile"):
        put(session, clock, school, "", since=0)
    scope = get_scope(session, school.partner_id)
    assert [(entry.number, told) for entry, told in scope.rules] == [
        (1, "Only where state is one of CA, WA."),
        (None, "Only where match is known."),
        (2, "Not where state is TX."),
    ]
    for partner_id, group_id in ((new_id(), None), (school.partner_id, new_id())):
        with pytest.raises(NotFound):
            get_scope(session, partner_id, group_id)

    found = arrive(session, clock, links, school, practical={"state": "TX", "country": "US"})
    assert found.status is LeadStatus.FILTERED
    trial = try_on_lead(session, text, found.id, partner_id=school.partner_id)
    assert trial.decisive is not None
    assert (trial.decisive.facts, trial.decisive.asked) == ("state TX", "only CA, WA")
    assert [(line.asked, line.has, line.outcome) for rule in trial.rules for line in rule.trace] == [
        ("one of CA, WA", "TX", "excluded"),
        ("not TX", "TX", "excluded"),
    ]
    # The school never got this student: it is not told what they said.
    with pytest.raises(NotFound):
        try_on_lead(session, text, found.id, partner_id=school.partner_id, seen=True)
    named = {"lead_id": None, "record": {"practical.state": "WA"}, "with_leads": True}
    trials = get_trials(session, text, school.partner_id, None, seen=True, **named)  # type: ignore[arg-type]  # of this test
    assert (trials.leads, trials.names, trials.tally.excluded) == ((), ("practical.state",), 1)
    assert trials.trial is not None
    assert trials.trial.outcome == "passes"
    assert len(get_trials(session, text, school.partner_id, None, seen=False, **named).leads) == 1  # type: ignore[arg-type]
    # What the student may still take back is nobody's to count.
    submit_request(session, clock, links, [school], email="undo@student.example")
    assert count_last(session, text, school.partner_id, 200).looked_at == 1
