"""Details are graded by form: the vectors of others, and what becomes of a lead."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.finding import Finding, Grade, grade_of
from webapp.domain.lead import EndedByStaff, LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.partner import ContactChannel
from webapp.domain.person import Details
from webapp.domain.screening import Screening
from webapp.domain.submission import Contact
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead, LeadEvent, Message, Prospect
from webapp.queries.review import count_review_by_reason, list_review
from webapp.services import correction, lead, message, screening_policy
from webapp.services.submission import Stored
from webapp.services.transaction import Begin
from webapp.services.validation import findings_of, is_disposable

GOOD = Contact("ana@student.example", "Ana", "Silva", "+14155550134")


def findings(**changed: str | None) -> tuple[Finding, ...]:
    told = {"email": GOOD.email, "first_name": GOOD.first_name, "last_name": GOOD.last_name, "phone": GOOD.phone}
    return findings_of(Contact(**{**told, **changed}), may_phone=True)  # type: ignore[arg-type]  # names of its fields


def test_addresses_of_the_vectors_are_told_right_from_wrong(data_dir: Path) -> None:
    vectors = json.loads((data_dir / "email_validator_syntax_vectors.json").read_text())
    called_none = {each["input"]: Finding.EMAIL_MALFORMED in findings(email=each["input"]) for each in vectors}
    # A local part in quotes, and a name before the address, are no address here, as in mail forms everywhere.
    written_plainly = [each for each in vectors if '"' not in each["input"] and "<" not in each["input"]]
    valid = [each["input"] for each in written_plainly if each["test"].startswith("test_email_valid")]
    assert len(valid) >= 19
    assert [address for address in valid if called_none[address]] == []
    invalid = [each["input"] for each in vectors if each["test"] == "test_email_invalid_syntax"]
    assert len(invalid) == 79
    assert [address for address in invalid if not called_none[address]] == []


def test_disposable_domains_are_known_with_what_lies_under_them(data_dir: Path) -> None:
    listed = (data_dir / "disposable_email_blocklist.conf").read_text().split()
    known = sum(is_disposable(domain) for domain in listed)
    assert known >= 0.95 * len(listed)
    assert is_disposable("inbox.mailinator.com")
    assert not any(map(is_disposable, ("gmail.com", "mit.edu", "student.example", "com", "co.uk")))
    assert findings(email="x@mailinator.com") == (Finding.EMAIL_DISPOSABLE,)


def test_phone_numbers_of_the_world_are_told_right_from_wrong(data_dir: Path) -> None:
    with (data_dir / "phone_examples.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    good = [row["e164"] for row in rows if row["expect_valid"] == "1"]
    typed = [row["input"] for row in rows if row["expect_valid"] == "0"]
    bad = ["".join(sign for sign in number if sign in "+0123456789") for number in typed]
    assert [number for number in good if findings(phone=number)] == []
    assert [number for number in bad if not findings(phone=number)] == []
    assert findings(phone="+12222222222") == (Finding.PHONE_UNLIKELY,)
    assert findings(phone="call me") == (Finding.PHONE_IMPOSSIBLE,)
    assert findings(phone=None) == (Finding.PHONE_MISSING,)
    assert findings_of(Contact("ana@student.example", "Ana", "Silva"), may_phone=False) == ()


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, daily_cap=5)


def the_lead(session: Session) -> Lead:
    session.expire_all()
    return session.scalars(select(Lead)).one()


def arrive(session: Session, clock: FrozenClock, links: Links, school: School, **contact: object) -> Stored:
    """One lead whose undo window is over, with these details."""
    stored = submit_request(session, clock, links, [school], channels=frozenset({ContactChannel.EMAIL}))
    session.execute(update(Prospect).values(**contact))
    session.expire_all()
    clock.at = the_lead(session).undo_until
    lead.release(session, clock, the_lead(session).id)
    return stored


def updates(session: Session) -> list[Message]:
    wanted = select(Message).where(Message.template == Template.INTRODUCTION_UPDATE).order_by(Message.created_at)
    return list(session.scalars(wanted))


def test_what_cannot_be_right_goes_to_the_student_and_on_once_it_is_corrected(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    stored = arrive(session, clock, links, school, first_name="asdf", last_name="asdf")
    found = the_lead(session)
    assert (found.status, found.reason) == (LeadStatus.INVALID, "details_invalid")
    assert (found.grade, found.findings) == (Grade.INVALID, ["name_keyboard"])
    assert session.scalars(select(Delivery.status)).one() is DeliveryStatus.WAITING

    [told] = updates(session)
    message.send(begin, clock, message_outside, told.id)
    sent = mail.sent[-1]
    assert "Something to put right before Larkspur Institute, Inc. can get your request" in sent.subject
    assert "A part of your name is a row of keys" in sent.text
    assert "/details" in sent.text

    correction.correct(session, clock, links, stored.prospect_id, Details("qwerty", "qwerty", None))
    assert the_lead(session).status is LeadStatus.INVALID
    correction.correct(session, clock, links, stored.prospect_id, Details("Ana", "Silva", None))
    found = the_lead(session)
    assert (found.status, found.grade, found.findings) == (LeadStatus.QUEUED, Grade.VALID, [])
    assert session.scalars(select(Delivery.status)).one() is DeliveryStatus.PENDING
    reasons = session.scalars(select(LeadEvent.reason).order_by(LeadEvent.id)).all()
    assert reasons == [
        *("submitted", "undo_window_over", "details_invalid"),
        *("corrected_by_student", "details_invalid", "corrected_by_student"),
    ]


def test_what_nobody_corrects_ends_in_time_and_the_student_is_told(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    arrive(session, clock, links, school, email="nobody")
    session.execute(update(Prospect).values(email="ana@student.example"))
    found = the_lead(session)
    clock.at = found.expires_at
    lead.expire(session, clock, found.id)
    assert (found.status, found.reason) == (LeadStatus.EXPIRED, "expired_uncorrected")
    assert session.scalars(select(Delivery.status)).one() is DeliveryStatus.CANCELLED
    message.send(begin, clock, message_outside, updates(session)[-1].id)
    assert "was not put right" in mail.sent[-1].text


def test_what_looks_strange_waits_for_a_person_who_may_let_it_go(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    arrive(session, clock, links, school, email="ana@mailinator.com")
    found = the_lead(session)
    assert (found.status, found.reason, found.grade) == (LeadStatus.HELD_REVIEW, "details_doubtful", Grade.CAUTION)
    assert updates(session) == []
    lead.release_from_review(session, clock, found.id)
    assert (found.status, found.waived, found.grade) == (LeadStatus.QUEUED, ["validation"], Grade.CAUTION)


def test_staff_may_call_it_invalid_and_look_at_the_correction_again(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    stored = arrive(session, clock, links, school, first_name="Mickey", last_name="Mouse")
    found = the_lead(session)
    with pytest.raises(Refused):
        lead.mark_invalid(session, clock, found.id, Finding.NAME_TEST)
    lead.mark_invalid(session, clock, found.id, Finding.NOT_A_PERSON)
    assert (found.status, found.reason) == (LeadStatus.INVALID, "marked_invalid_by_staff")
    assert found.findings == ["not_a_person"]
    assert len(updates(session)) == 1
    with pytest.raises(InvalidTransition):
        lead.release_from_review(session, clock, found.id)
    with pytest.raises(InvalidTransition):
        lead.mark_invalid(session, clock, found.id, Finding.NOT_A_PERSON)
    correction.correct(session, clock, links, stored.prospect_id, Details("Michael", "Mouse", None))
    assert (found.status, found.reason) == (LeadStatus.HELD_REVIEW, "corrected_by_student")
    lead.release_from_review(session, clock, found.id)
    assert found.status is LeadStatus.QUEUED


def test_the_grade_is_the_worst_of_what_was_found() -> None:
    assert grade_of(findings(first_name="x1", last_name="test")) is Grade.CAUTION
    assert grade_of(findings(first_name="x1", email="@")) is Grade.INVALID


def test_staff_may_end_what_waits_and_a_school_may_take_strange_details_at_once(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    arrive(session, clock, links, school, email="ana@mailinator.com")
    found = the_lead(session)
    [row] = list_review(session, partner_id=school.partner_id, reason="details_doubtful").items
    assert (row.id, row.detail["findings"], row.same_as) == (found.id, ["email_disposable"], None)
    assert count_review_by_reason(session) == {"details_doubtful": 1}
    lead.end_review(session, clock, found.id, EndedByStaff.REPEAT)
    assert (found.status, found.reason, count_review_by_reason(session)) == (LeadStatus.FILTERED, "ended_as_repeat", {})
    assert session.scalars(select(Delivery.status)).one() is DeliveryStatus.CANCELLED
    message.send(begin, clock, message_outside, updates(session)[-1].id)
    assert "You asked Larkspur Institute, Inc. before" in mail.sent[-1].subject
    with pytest.raises(InvalidTransition):
        lead.end_review(session, clock, found.id, EndedByStaff.UNFIT)

    screening_policy.change(session, clock, school.partner_id, Screening(cautions_hold=False), actor="pat")
    stored = submit_request(session, clock, links, [school], email="bo@mailinator.com")
    strange = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).one()
    clock.at = strange.undo_until
    lead.release(session, clock, strange.id)
    assert (strange.status, strange.grade) == (LeadStatus.QUEUED, Grade.CAUTION)
