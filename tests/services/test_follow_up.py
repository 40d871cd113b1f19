"""Follow-ups are planned in rows, looked at again when they are due, and queued once or dropped for a reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import Refused
from webapp.domain.follow_up import NEWS_AFTER, QUESTION_AFTER, QUESTION_UNTIL
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import (
    CatalogVersion,
    FollowUp,
    Lead,
    ListingRevision,
    ListingStatus,
    Message,
    Program,
    Prospect,
)
from webapp.models.listed_facts import ListedFacts
from webapp.services import correction, erasure, follow_up, funnel, message, suppression, unsubscribe
from webapp.services.message import Outside
from webapp.services.submission import Stored
from webapp.services.transaction import Begin


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal)


@pytest.fixture
def stored(session: Session, clock: FrozenClock, links: Links, school: School) -> Stored:
    return submit_request(session, clock, links, [school])


@pytest.fixture
def confirm(session: Session, clock: FrozenClock, links: Links, stored: Stored) -> Callable[[], None]:
    def confirming() -> None:
        correction.confirm_own_address(session, clock, links.confirmation_token(stored.prospect_id))

    return confirming


@pytest.fixture
def settle(session: Session, clock: FrozenClock) -> Callable[[], list[str | None]]:
    def settling() -> list[str | None]:
        follow_up.settle_due(session, clock)
        session.flush()
        return list(session.scalars(select(FollowUp.reason).where(FollowUp.settled_at == clock.now())).all())

    return settling


def deliver(session: Session, clock: FrozenClock, *, test: bool = False) -> Lead:
    lead = session.scalars(select(Lead)).one()
    lead.status, lead.delivered_at, lead.test = LeadStatus.DELIVERED, clock.now(), test
    session.flush()
    follow_up.plan_question(session, lead, at=clock.now())
    follow_up.plan_question(session, lead, at=clock.now())
    return lead


def test_the_question_is_asked_once_a_week_after_the_hand_over(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    stored: Stored,
    confirm: Callable[[], None],
    settle: Callable[[], list[str | None]],
    message_outside: Outside,
    mail: FakeMail,
) -> None:
    lead = deliver(session, clock)
    confirm()
    clock.advance(QUESTION_AFTER - timedelta(seconds=1))
    assert settle() == []
    clock.advance(timedelta(seconds=1))
    assert settle() == [None]
    clock.advance(timedelta(hours=4))  # it is 11 in California, where the student lives
    assert settle() == []
    asked = session.scalars(select(Message).where(Message.template == Template.CONTACT_QUESTION)).one()
    message.send(begin, clock, message_outside, asked.id)
    [sent] = mail.sent
    assert sent.subject == "Did Larkspur Institute, Inc. contact you?"
    assert message_outside.links.contact_question_url(lead.id) in sent.text
    unsubscribe_url = message_outside.links.unsubscribe_url(asked.id, "contact_question")
    assert sent.headers["List-Unsubscribe"] == f"<{unsubscribe_url}>"
    assert str(stored.prospect_id) not in unsubscribe_url
    assert unsubscribe_url in sent.html


def _erase(session: Session, clock: FrozenClock, lead: Lead) -> None:
    erasure.erase(session, clock, lead.prospect_id, page="https://match.example/my-data")


def _answer(session: Session, clock: FrozenClock, lead: Lead) -> None:
    funnel.answer(session, clock, prospect_id=lead.prospect_id, lead_id=lead.id, contacted=True)


def _withdraw(session: Session, clock: FrozenClock, lead: Lead) -> None:
    lead.status = LeadStatus.WITHDRAWN


def _stop(session: Session, clock: FrozenClock, lead: Lead) -> None:
    suppression.suppress_prospect(
        session, lead.prospect_id, MessageClass.FOLLOW_UP, reason="global_privacy_control", at=clock.now()
    )


def _sleep(session: Session, clock: FrozenClock, lead: Lead) -> None:
    clock.advance(QUESTION_UNTIL - QUESTION_AFTER + timedelta(hours=1))


def _unconfirm(session: Session, clock: FrozenClock, lead: Lead) -> None:
    session.execute(update(Prospect).values(email_confirmed_at=None))


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (_erase, "recipient_erased"),
        (_answer, "answered_before"),
        (_withdraw, "no_longer_with_school"),
        (_stop, "stopped_by_student"),
        (_sleep, "came_too_late"),
        (_unconfirm, "unconfirmed_address"),
    ],
)
def test_a_question_that_has_no_place_any_more_is_dropped_with_its_reason(
    session: Session,
    clock: FrozenClock,
    confirm: Callable[[], None],
    settle: Callable[[], list[str | None]],
    before: Callable[[Session, FrozenClock, Lead], None],
    reason: str,
) -> None:
    lead = deliver(session, clock)
    confirm()
    clock.advance(QUESTION_AFTER)
    before(session, clock, lead)
    session.flush()
    assert settle() == [reason]
    assert session.scalars(select(Message).where(Message.template == Template.CONTACT_QUESTION)).all() == []


def test_of_a_test_nothing_is_asked(session: Session, clock: FrozenClock, stored: Stored) -> None:
    deliver(session, clock, test=True)
    assert session.scalars(select(FollowUp)).all() == []


def change(session: Session, **facts: object) -> int:
    """Publish one listing anew, as an import does; the version of the catalogue."""
    program = session.scalars(select(Program)).one()
    version = CatalogVersion(published=1, changes_kept=True)
    session.add(version)
    session.flush()
    names = [name for name in ListedFacts.__annotations__ if name != "fact_sources"]
    kept = {name: getattr(program, name) for name in names}
    session.add(
        ListingRevision(
            program_id=program.program_id,
            from_version=program.since_version,
            to_version=version.number,
            institution="Larkspur Institute",
            fact_sources={},
            **kept,
        )
    )
    program.since_version = version.number
    for name, value in facts.items():
        setattr(program, name, value)
    session.flush()
    return version.number


def test_changes_of_listings_come_in_one_mail_a_day_to_those_who_asked(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    stored: Stored,
    confirm: Callable[[], None],
    settle: Callable[[], list[str | None]],
    message_outside: Outside,
    mail: FakeMail,
) -> None:
    change(session, tuition_total_cents=3_000_000)
    with pytest.raises(Refused, match="do not know yet"):  # whoever typed the address cannot turn it on
        unsubscribe.resume_topic(session, stored.prospect_id, MessageClass.LISTING_CHANGED)
    assert follow_up.plan_news(session, clock) == 0
    confirm()
    unsubscribe.resume_topic(session, stored.prospect_id, MessageClass.LISTING_CHANGED)
    assert follow_up.plan_news(session, clock) == 0  # what was so before is no news
    change(session, tuition_total_cents=2_460_000)
    assert follow_up.plan_news(session, clock) == 1
    assert follow_up.plan_news(session, clock) == 0
    change(session, start_terms=["fall"])  # while the first waits
    assert follow_up.plan_news(session, clock) == 1
    clock.advance(NEWS_AFTER)
    assert settle() == [None]
    [told] = session.scalars(select(Message).where(Message.template == Template.LISTING_CHANGED)).all()
    message.send(begin, clock, message_outside, told.id)
    session.expire_all()
    [sent] = mail.sent
    assert "The price is now $24,600 in all; it was $30,000 in all." in sent.text
    assert "Start: in fall; it was not published." in sent.text
    assert follow_up.plan_news(session, clock) == 0

    change(session, status=ListingStatus.WITHDRAWN)
    follow_up.plan_news(session, clock)
    clock.advance(timedelta(hours=23))
    assert settle() == []  # one a day
    clock.advance(timedelta(hours=1))
    assert settle() == [None]
    withdrawn = session.scalars(select(Message).where(Message.status == MessageStatus.PENDING)).all()[-1]
    message.send(begin, clock, message_outside, withdrawn.id)
    assert "not offered in our catalog any more" in mail.sent[-1].text


def test_what_is_changed_back_or_turned_off_in_time_makes_no_mail(
    session: Session,
    clock: FrozenClock,
    stored: Stored,
    confirm: Callable[[], None],
    settle: Callable[[], list[str | None]],
) -> None:
    change(session, tuition_total_cents=3_000_000)
    confirm()
    unsubscribe.resume_topic(session, stored.prospect_id, MessageClass.LISTING_CHANGED)
    for cents in (2_460_000, 3_000_000):
        change(session, tuition_total_cents=cents)
        follow_up.plan_news(session, clock)
    clock.advance(NEWS_AFTER)
    assert settle() == ["changed_back"]
    change(session, tuition_total_cents=100)
    follow_up.plan_news(session, clock)
    unsubscribe.stop_topic(session, clock, stored.prospect_id, MessageClass.LISTING_CHANGED)
    clock.advance(NEWS_AFTER + timedelta(days=1))
    assert settle() == ["stopped_by_student"]


def test_the_question_is_planned_where_a_delivery_ends_well(
    session: Session, clock: FrozenClock, stored: Stored
) -> None:
    from webapp.domain.delivery import AttemptOutcome
    from webapp.models import Delivery
    from webapp.services import ending

    lead, delivery = session.scalars(select(Lead)).one(), session.scalars(select(Delivery)).one()
    lead.status, delivery.status = LeadStatus.DELIVERING, DeliveryStatus.LEASED
    session.flush()
    ending.end(session, lead, delivery, AttemptOutcome.ACCEPTED, at=clock.now(), reason="accepted")
    assert session.scalars(select(FollowUp.due_at)).one() == clock.now() + QUESTION_AFTER
