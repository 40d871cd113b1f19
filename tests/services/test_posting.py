"""What a partner gets is what the student was shown and allowed, byte for byte."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.question import make_question
from tests.factories.request import POLICY, PROFILE, ranking_of, request_for, submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.contact_preferences import ContactHours, ContactPreferences, Day, PartOfDay
from webapp.domain.errors import Refused
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel
from webapp.domain.question import AnswerValue, QuestionKind
from webapp.gateways.sealing import Seal
from webapp.models import Consent, Lead, LeadAnswer
from webapp.services import submission as submissions
from webapp.services.posting import SET_LATER, body_of, posting_of
from webapp.services.preview import previews

EVENINGS = ContactPreferences(
    ContactHours.of([Day.SAT], [PartOfDay.EVENING]), "America/Chicago", language="es", max_attempts=1
)
ALL = frozenset(ContactChannel)

preferences = st.builds(
    ContactPreferences,
    st.none() | st.builds(ContactHours.of, st.sets(st.sampled_from(Day)), st.sets(st.sampled_from(PartOfDay))),
    st.none() | st.sampled_from(["America/Chicago", "Asia/Kolkata", "UTC"]),
    st.sampled_from(["en", "es"]),
    st.none() | st.integers(1, 9),
)
answers = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), min_size=1, max_size=300)


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal)


def reason(code: str, criterion: str, path: str, said: Any, *, column: str, fact: Any, **more: Any) -> dict[str, Any]:
    """A reason in the ranking's JSON form."""
    return {
        "kind": "support",
        "code": code,
        "criterion": criterion,
        "student": {"path": path, "value": said},
        "fact": {"column": column, "value": fact, **more},
        "source": "Test catalogue",
        "as_of": "2026-10-02",
    }


def marks_put(shown: bytes, sent: Mapping[str, Any]) -> bytes:
    """`shown` with the ids and times that only the sending made."""
    document = json.loads(shown)
    consent = sent["consent"]
    document |= {key: sent[key] for key in ("lead_id", "submitted_at", "expires_at")}
    document["consent"] |= {key: consent[key] for key in ("record_id", "url", "given_at")}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=preferences, channels=st.sets(st.sampled_from(ContactChannel), min_size=1), said=answers)
def test_what_is_sent_is_what_was_shown(
    session: Session,
    clock: FrozenClock,
    links: Links,
    seal: Seal,
    wanted: ContactPreferences,
    channels: set[ContactChannel],
    said: str,
) -> None:
    with session.begin_nested() as savepoint:
        school = make_school(session, seal)
        question = make_question(session, school, QuestionKind.TEXT)
        asked = request_for(
            session,
            clock,
            links,
            [school],
            phone="+14155550134" if any(channel.needs_phone for channel in channels) else None,
            channels=frozenset(channels),
            preferences=wanted,
            answers={school.partner_id: {question: said}},
        )
        ranking = ranking_of([school])
        [preview] = previews(session, asked, profile=PROFILE, ranking=ranking)
        shown = body_of(preview.posting)
        stored = submissions.submit(session, clock, links, POLICY, asked, profile=PROFILE, ranking=ranking)
        session.expire_all()
        lead = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).one()
        sent = posting_of(session, lead, links)
        assert shown.count(SET_LATER.encode()) == 6
        assert SET_LATER.encode() not in sent
        assert marks_put(shown, json.loads(sent)) == sent
        savepoint.rollback()


def test_the_document_has_the_shape_of_the_interface(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    start = make_question(session, school, QuestionKind.CHOICE, options=["Fall", "Spring"], required=True)
    years = make_question(session, school, QuestionKind.NUMBER)
    before = make_question(session, school, QuestionKind.YES_NO)
    day = make_question(session, school, QuestionKind.DATE)
    make_question(session, school, QuestionKind.TEXT)
    said: dict[UUID, AnswerValue] = {start: "Fall", years: 2.5, before: False, day: "2027-01-15"}
    submit_request(
        session,
        clock,
        links,
        [school],
        phone="+14155550134",
        channels=ALL,
        preferences=EVENINGS,
        answers={school.partner_id: said},
    )
    lead = session.scalars(select(Lead)).one()
    sent = json.loads(posting_of(session, lead, links))
    record = session.scalars(select(Consent).where(Consent.lead_id == lead.id)).one()

    assert list(sent) == [
        "lead_id", "test", "program_id", "student", "background", "match", "contact_preferences", "answers", "consent",
        "source", "submitted_at", "expires_at",
    ]  # fmt: skip
    assert sent["contact_preferences"] == {
        "channels": ["email", "phone", "text"],
        "hours": {"days": ["sat"], "times": [{"from": "17:00", "to": "21:00"}]},
        "time_zone": "America/Chicago",
        "language": "es",
        "max_attempts": 1,
    }
    assert [(each["question_id"], each["answer"]) for each in sent["answers"]] == [
        (str(question_id), value) for question_id, value in said.items()
    ]
    assert sent["consent"] == {
        "record_id": str(record.id),
        "url": links.consent_url(record.id),
        "text_version": record.text_version,
        "text": record.text,
        "given_at": record.at.isoformat(),
        "channels": ["email", "phone", "text"],
        "legal_entity": school.legal_name,
    }
    assert (
        "only on Saturdays between 5 PM and 9 PM, Central Time (Chicago), in Spanish and at most 1 time" in record.text
    )
    assert record.contact_preferences == EVENINGS.to_json()


def test_no_phone_and_no_hours_where_nobody_may_call(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    submit_request(session, clock, links, [school], phone="+14155550134", preferences=EVENINGS)
    sent = json.loads(posting_of(session, session.scalars(select(Lead)).one(), links))
    assert "phone" not in sent["student"]
    assert sent["contact_preferences"]["hours"] is None
    assert "calls" not in sent["consent"]["text"]


def test_budget_limits_and_priorities_stay_with_us(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    ranking = ranking_of([school])
    ranking["matches"][0]["reasons"] = [
        reason("goal_field", "goal", "goal.occupation", "15-2051", column="cip", fact="30.7001", strength=1.0),
        reason(
            "cost_within_budget",
            "cost",
            "practical.budget_usd",
            30000,
            column="tuition_total_usd",
            fact=17800,
            basis="program",
        ),
        reason("duration_within", "duration", "practical.months_max", 31, column="months", fact=24.0),
    ]
    asked = request_for(session, clock, links, [school])
    submissions.submit(session, clock, links, POLICY, asked, profile=PROFILE, ranking=ranking)
    body = posting_of(session, session.scalars(select(Lead)).one(), links).decode()
    for told in ("30,000", "30000", "31 months", "17,800"):
        assert told not in body
    assert len(json.loads(body)["match"]["reasons"]) == 1
    assert not {"practical", "priorities"} & set(json.loads(body)["background"])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (QuestionKind.TEXT, "x" * 301),
        (QuestionKind.TEXT, "a\x00b"),
        (QuestionKind.TEXT, 5),
        (QuestionKind.CHOICE, "Winter"),
        (QuestionKind.YES_NO, "yes"),
        (QuestionKind.NUMBER, "3"),
        (QuestionKind.NUMBER, float("nan")),
        (QuestionKind.NUMBER, True),
        (QuestionKind.DATE, "15/01/2027"),
        (QuestionKind.DATE, "20270115"),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_refused(
    session: Session, clock: FrozenClock, links: Links, school: School, kind: QuestionKind, value: AnswerValue
) -> None:
    question = make_question(session, school, kind, options=["Fall"])
    with pytest.raises(Refused, match="does not fit"):
        submit_request(session, clock, links, [school], answers={school.partner_id: {question: value}})
    assert session.scalars(select(LeadAnswer)).all() == []


def test_a_required_question_and_one_that_is_no_longer_asked_are_refused(
    session: Session, clock: FrozenClock, links: Links, seal: Seal, school: School
) -> None:
    make_question(session, school, QuestionKind.TEXT, required=True)
    with pytest.raises(Refused, match="needs an answer"):
        submit_request(session, clock, links, [school])
    other = make_school(session, seal, name="Osprey")
    retired = make_question(session, other, QuestionKind.TEXT, active=False)
    elsewhere = make_question(session, other, QuestionKind.TEXT, program_id="another-program")
    for question in (retired, elsewhere):
        with pytest.raises(Refused, match="asks other questions now"):
            submit_request(session, clock, links, [other], answers={other.partner_id: {question: "Hello"}})


def test_an_answer_goes_to_the_school_that_asked_and_to_no_other(
    session: Session, clock: FrozenClock, links: Links, seal: Seal, school: School
) -> None:
    other = make_school(session, seal, name="Osprey")
    mine = make_question(session, school, QuestionKind.TEXT)
    submit_request(session, clock, links, [school, other], answers={school.partner_id: {mine: "Only for Larkspur"}})
    bodies = {lead.partner_id: posting_of(session, lead, links) for lead in session.scalars(select(Lead))}
    assert b"Only for Larkspur" in bodies[school.partner_id]
    assert b"Only for Larkspur" not in bodies[other.partner_id]


def test_somebody_who_did_not_say_to_be_an_adult_is_introduced_to_nobody(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    with pytest.raises(Refused, match="18 or older"):
        submit_request(session, clock, links, [school], adult=False)


def test_a_question_reworded_later_changes_no_answer(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    question = make_question(session, school, QuestionKind.TEXT, label="Why us?")
    submit_request(session, clock, links, [school], answers={school.partner_id: {question: "The labs"}})
    lead = session.scalars(select(Lead)).one()
    before = posting_of(session, lead, links)
    make_question(session, school, QuestionKind.TEXT, label="Why not us?", question_id=question)
    assert posting_of(session, lead, links) == before
