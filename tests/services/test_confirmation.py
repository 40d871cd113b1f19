"""Partners that take confirmed addresses only: held, asked, reminded once, then sent or ended, and said so."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus, Template
from webapp.domain.screening import Screening
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead, Message, Partner, Prospect
from webapp.queries.my_data import find_my_data
from webapp.services import correction, lead, message, screening_policy
from webapp.services.submission import Stored
from webapp.services.transaction import Begin
from webapp.student.introduction_words import standing

MAIL = Template.CONFIRM_INTRODUCTIONS


@pytest.fixture
def schools(session: Session, seal: Seal, clock: FrozenClock) -> list[School]:
    """Two that ask for confirmed addresses, one that does not."""
    made = [make_school(session, seal, name=name) for name in ("Larkspur", "Foxglove", "Meadowsweet")]
    for school in made[:2]:
        asked = Screening(confirmed_email_only=True)
        screening_policy.change(session, clock, school.partner_id, asked, actor="ada@staff.example")
    return made


@pytest.fixture
def stored(session: Session, clock: FrozenClock, links: Links, schools: list[School]) -> Stored:
    """A request to all three, whose undo window is over."""
    stored = submit_request(session, clock, links, schools)
    clock.advance(timedelta(minutes=10))
    release_all(session, clock)
    return stored


def release_all(session: Session, clock: FrozenClock) -> None:
    for lead_id in session.scalars(select(Lead.id).order_by(Lead.created_at, Lead.id)).all():
        lead.release(session, clock, lead_id)


def statuses(session: Session) -> list[tuple[Any, ...]]:
    session.expire_all()
    rows = session.scalars(select(Lead).join(Partner).order_by(Lead.created_at, Partner.display_name))
    return [(row.status, row.reason) for row in rows]


def mails(session: Session, template: Template = MAIL) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.template == template).order_by(Message.key)))


WAITING = (LeadStatus.HELD_REVIEW, "awaiting_confirmation")
GOING = (LeadStatus.QUEUED, "undo_window_over")


def test_one_mail_for_all_that_wait_and_what_waits_goes_when_it_is_confirmed(
    session: Session,
    stored: Stored,
    clock: FrozenClock,
    links: Links,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    assert statuses(session) == [WAITING, WAITING, GOING]
    [asked] = mails(session)
    message.send(begin, clock, message_outside, asked.id)
    sent = mail.sent[-1]
    assert sent.recipient == "ana@student.example"
    assert all(f"* {name} Institute, Inc.\n" in sent.text for name in ("Foxglove", "Larkspur"))
    assert "Meadowsweet" not in sent.text
    assert links.confirmation_url(stored.prospect_id) in sent.text
    assert links.my_data_token(stored.prospect_id) not in sent.text  # whoever reads it may be a stranger
    data = find_my_data(session, links.my_data_token(stored.prospect_id))
    assert data
    assert sorted(standing(each).label for each in data.introductions)[1:] == ["Confirm your address"] * 2

    waits = session.scalars(select(Lead.id).where(Lead.reason == "awaiting_confirmation")).first()
    assert waits
    with pytest.raises(Refused):
        lead.release_from_review(session, clock, waits)
    for token in ("x", links.my_data_token(stored.prospect_id)):
        with pytest.raises(NotFound):
            correction.confirm_own_address(session, clock, token)
    for _ in range(2):
        correction.confirm_own_address(session, clock, links.confirmation_token(stored.prospect_id))
        confirmed = (LeadStatus.QUEUED, "address_confirmed")
        assert statuses(session) == [confirmed, confirmed, GOING]
        clock.advance(timedelta(hours=1))
    assert session.scalars(select(Prospect.email_confirmed_at)).one() == clock.now() - timedelta(hours=2)


def test_one_reminder_and_none_for_who_has_confirmed(
    session: Session,
    stored: Stored,
    clock: FrozenClock,
    links: Links,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    due = session.scalars(select(Lead.due_at).where(Lead.reason == "awaiting_confirmation").distinct()).one()
    assert due == clock.now() + timedelta(days=3)
    clock.at = due
    for _ in range(3):
        release_all(session, clock)
        clock.advance(timedelta(days=2))
    first, reminder = mails(session)
    assert session.scalars(select(Lead.due_at).where(Lead.due_at.is_not(None))).all() == []
    message.send(begin, clock, message_outside, first.id)
    correction.confirm_own_address(session, clock, links.confirmation_token(stored.prospect_id))
    message.send(begin, clock, message_outside, reminder.id)
    session.expire_all()
    assert (reminder.status, reminder.reason) == (MessageStatus.SUPPRESSED, "answered_before")
    assert sum("Confirm your address" in each.subject for each in mail.sent) == 1


def test_what_nobody_confirms_ends_and_the_student_is_told(
    session: Session,
    stored: Stored,
    clock: FrozenClock,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    clock.advance(timedelta(days=30))
    for lead_id in session.scalars(select(Lead.id).where(Lead.status == LeadStatus.HELD_REVIEW)).all():
        lead.expire(session, clock, lead_id)
    ended = (LeadStatus.EXPIRED, "expired_unconfirmed")
    assert statuses(session)[:2] == [ended, ended]
    assert session.scalars(select(Delivery.reason).where(Delivery.reason.is_not(None))).all() == [ended[1]] * 2
    for told in mails(session, Template.INTRODUCTION_UPDATE):
        message.send(begin, clock, message_outside, told.id)
        assert "Nobody confirmed yours" in mail.sent[-1].text


def test_a_new_address_that_was_confirmed_counts(
    session: Session, stored: Stored, clock: FrozenClock, links: Links
) -> None:
    old = links.confirmation_token(stored.prospect_id)
    correction.ask_for_address(session, clock, links, stored.prospect_id, "new@student.example")
    token = links.address_token(stored.prospect_id, 1)
    correction.confirm_address(session, clock, links, token)
    going = (LeadStatus.QUEUED, "address_confirmed")
    assert statuses(session)[:2] == [going, going]
    with pytest.raises(NotFound):
        correction.confirm_own_address(session, clock, old)


def test_nobody_confirms_for_another_request(
    session: Session, stored: Stored, clock: FrozenClock, links: Links, schools: list[School]
) -> None:
    correction.confirm_own_address(session, clock, links.confirmation_token(stored.prospect_id))
    submit_request(session, clock, links, schools[:1])
    clock.advance(timedelta(minutes=10))
    release_all(session, clock)
    assert statuses(session)[-1] == WAITING
