"""From the undo window to the partner, and every way it can stop in between."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.consent import ConsentKind
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.notice import NoticeKind
from webapp.domain.partner import ContactChannel, PartnerStatus
from webapp.gateways.errors import Permanent, Retryable
from webapp.gateways.fakes import FakeWebhook, an_answer
from webapp.gateways.sealing import Seal
from webapp.gateways.webhook import WebhookAnswer, WebhookRequest
from webapp.models import (
    Attempt,
    CapCounter,
    Consent,
    Delivery,
    Lead,
    LeadEvent,
    Message,
    Partner,
    PartnerEndpoint,
    PartnerNotice,
)
from webapp.services import delivery, lead, redelivery
from webapp.services.handover import Outside
from webapp.services.submission import Stored
from webapp.services.transaction import Begin

UNDO = timedelta(minutes=10)


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, daily_cap=5, monthly_cap=50)


@pytest.fixture
def stored(session: Session, clock: FrozenClock, links: Links, school: School) -> Stored:
    return submit_request(session, clock, links, [school])


def the_lead(session: Session) -> Lead:
    return session.scalars(select(Lead)).one()


def the_delivery(session: Session) -> Delivery:
    return session.scalars(select(Delivery)).one()


def release(session: Session, clock: FrozenClock) -> Lead:
    clock.advance(UNDO)
    lead.release(session, clock, the_lead(session).id)
    return the_lead(session)


def used(session: Session) -> list[int]:
    session.expire_all()
    return [row.used for row in session.scalars(select(CapCounter).order_by(CapCounter.starts_at.desc()))]


def attempt(session: Session, begin: Begin, clock: FrozenClock, outside: Outside) -> Lead:
    delivery.attempt(begin, clock, outside, the_delivery(session).id)
    session.expire_all()
    return the_lead(session)


def test_nothing_moves_inside_the_undo_window(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    clock.advance(UNDO - timedelta(seconds=1))
    lead.release(session, clock, the_lead(session).id)
    attempt(session, begin, clock, delivery_outside)
    assert the_lead(session).status is LeadStatus.UNDO_WINDOW
    assert webhook.posted == []


def test_a_lead_is_delivered_once_with_a_timeline(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    release(session, clock)
    attempt(session, begin, clock, delivery_outside)
    found = attempt(session, begin, clock, delivery_outside)

    assert found.status is LeadStatus.DELIVERED
    assert found.delivered_at == clock.now()
    assert len(webhook.posted) == 1
    steps = session.scalars(select(LeadEvent.to_status).order_by(LeadEvent.id)).all()
    assert steps == ["undo_window", "queued", "delivering", "delivered"]
    assert used(session) == [1, 1]
    [tried] = session.scalars(select(Attempt)).all()
    assert (tried.outcome, tried.http_status, tried.number) == (AttemptOutcome.ACCEPTED, 200, 1)


def test_releasing_twice_takes_one_place_in_the_cap(session: Session, stored: Stored, clock: FrozenClock) -> None:
    release(session, clock)
    lead.release(session, clock, the_lead(session).id)
    assert used(session) == [1, 1]


def test_a_full_cap_holds_until_the_partners_next_midnight(
    session: Session, seal: Seal, clock: FrozenClock, links: Links
) -> None:
    school = make_school(session, seal, daily_cap=1, time_zone="America/New_York")
    for number in range(2):
        submit_request(session, clock, links, [school], email=f"s{number}@student.example")
    clock.advance(UNDO)
    for lead_id in session.scalars(select(Lead.id).order_by(Lead.created_at)).all():
        lead.release(session, clock, lead_id)
    statuses = {row.status: row.due_at for row in session.scalars(select(Lead))}
    assert set(statuses) == {LeadStatus.QUEUED, LeadStatus.HELD_CAP}
    due = statuses[LeadStatus.HELD_CAP]
    assert due is not None
    assert due.isoformat() == "2026-11-23T05:00:00+00:00"  # midnight in New York
    assert used(session) == [1]

    clock.at = due
    held = session.scalars(select(Lead).where(Lead.status == LeadStatus.HELD_CAP)).one()
    lead.release(session, clock, held.id)
    assert held.status is LeadStatus.QUEUED


def test_a_full_month_gives_the_day_back(session: Session, seal: Seal, clock: FrozenClock, links: Links) -> None:
    school = make_school(session, seal, daily_cap=5, monthly_cap=0)
    submit_request(session, clock, links, [school])
    assert release(session, clock).status is LeadStatus.HELD_CAP
    assert not any(used(session))


def test_test_leads_take_no_place(session: Session, seal: Seal, clock: FrozenClock, links: Links) -> None:
    school = make_school(session, seal, daily_cap=0, status=PartnerStatus.TEST)
    submit_request(session, clock, links, [school])
    assert release(session, clock).status is LeadStatus.QUEUED
    assert used(session) == []


def test_the_same_address_to_the_same_partner_waits_for_a_person(
    session: Session, school: School, clock: FrozenClock, links: Links
) -> None:
    for email in ("Ana@student.example", "ana@STUDENT.example "):
        submit_request(session, clock, links, [school], email=email)
    clock.advance(UNDO)
    first, second = session.scalars(select(Lead).order_by(Lead.created_at, Lead.id)).all()
    lead.release(session, clock, first.id)
    lead.release(session, clock, second.id)
    assert (first.status, second.status) == (LeadStatus.QUEUED, LeadStatus.HELD_REVIEW)
    lead.release_from_review(session, clock, second.id)
    assert second.status is LeadStatus.QUEUED


def test_withdrawing_in_the_undo_window_stops_everything(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    lead.withdraw(session, clock, the_lead(session).id, prospect_id=stored.prospect_id, page="/my-data")
    release(session, clock)
    attempt(session, begin, clock, delivery_outside)
    assert the_lead(session).status is LeadStatus.WITHDRAWN
    assert the_delivery(session).status is DeliveryStatus.CANCELLED
    assert webhook.posted == []
    kinds = session.scalars(select(Consent.kind).order_by(Consent.sequence)).all()
    assert kinds == [ConsentKind.GIVEN, ConsentKind.GIVEN, ConsentKind.WITHDRAWN]
    assert session.scalars(select(PartnerNotice)).all() == []


def test_withdrawing_a_queued_lead_gives_the_cap_back(session: Session, stored: Stored, clock: FrozenClock) -> None:
    release(session, clock)
    lead.withdraw(session, clock, the_lead(session).id, prospect_id=stored.prospect_id, page="/my-data")
    assert used(session) == [0, 0]


def test_withdrawing_after_delivery_tells_the_partner_once(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside
) -> None:
    release(session, clock)
    attempt(session, begin, clock, delivery_outside)
    for _ in range(2):
        lead.withdraw(session, clock, the_lead(session).id, prospect_id=stored.prospect_id, page="/my-data")
    assert session.scalars(select(PartnerNotice.kind)).all() == [NoticeKind.WITHDRAWN]
    assert the_lead(session).status is LeadStatus.WITHDRAWN
    assert used(session) == [1, 1]  # the partner got it: its place is taken


def test_nobody_withdraws_anothers_lead(
    session: Session, stored: Stored, clock: FrozenClock, links: Links, school: School
) -> None:
    other = submit_request(session, clock, links, [school], email="bo@student.example", ticked=[])
    mine = the_lead(session).id
    for stranger in (other.prospect_id, new_id()):
        with pytest.raises(NotFound):
            lead.withdraw(session, clock, mine, prospect_id=stranger, page="/my-data")
    assert the_lead(session).status is LeadStatus.UNDO_WINDOW


def test_a_failing_partner_is_tried_again_at_the_due_time_under_the_same_id(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    release(session, clock)
    webhook.answer_next(an_answer(500), Retryable("timed_out"), an_answer(503, retry_after="7200"))
    waits = []
    for _ in range(3):
        assert attempt(session, begin, clock, delivery_outside).status is LeadStatus.DELIVERING
        due = the_delivery(session).due_at
        assert due is not None
        waits.append(due - clock.now())
        clock.at = due - timedelta(seconds=1)
        attempt(session, begin, clock, delivery_outside)
        clock.at = due
    assert waits == [timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=2)]
    assert attempt(session, begin, clock, delivery_outside).status is LeadStatus.DELIVERED
    assert len(webhook.posted) == 4
    assert len({request.webhook_id for request in webhook.posted}) == 1
    assert len({request.body for request in webhook.posted}) == 1


def test_after_all_retries_it_has_failed_the_cap_is_free_and_the_student_is_told(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    release(session, clock)
    started = clock.now()
    webhook.answer_next(*[an_answer(500)] * 20)
    while the_lead(session).status is not LeadStatus.FAILED:
        attempt(session, begin, clock, delivery_outside)
        clock.at = the_delivery(session).due_at or clock.at
    assert timedelta(days=2.5) < clock.now() - started < timedelta(days=4)
    assert the_lead(session).reason == "retries_used_up"
    assert used(session) == [0, 0]
    assert Template.INTRODUCTION_UPDATE in session.scalars(select(Message.template)).all()


def test_a_failed_delivery_can_be_replayed_and_is_one_lead(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    release(session, clock)
    webhook.answer_next(Permanent("url_refused"))
    assert attempt(session, begin, clock, delivery_outside).status is LeadStatus.FAILED
    redelivery.replay(session, clock, the_delivery(session).id)
    assert attempt(session, begin, clock, delivery_outside).status is LeadStatus.DELIVERED
    assert len({request.webhook_id for request in webhook.posted}) == 1
    assert used(session) == [1, 1]
    assert session.scalars(select(Attempt.number).order_by(Attempt.number)).all() == [1, 2]
    with pytest.raises(Refused):
        redelivery.replay(session, clock, the_delivery(session).id)


@pytest.mark.parametrize(
    ("answer", "status", "cap"),
    [
        (an_answer(422), LeadStatus.REJECTED, [0, 0]),
        (an_answer(409), LeadStatus.DUPLICATE_AT_PARTNER, [0, 0]),
        (an_answer(410), LeadStatus.FAILED, [0, 0]),
        (an_answer(200, b'{"outcome": "rejected", "reason": "not our state"}'), LeadStatus.REJECTED, [0, 0]),
        (an_answer(202), LeadStatus.DELIVERED, [1, 1]),
    ],
)
def test_what_the_partner_answers_decides(
    session: Session,
    stored: Stored,
    clock: FrozenClock,
    begin: Begin,
    delivery_outside: Outside,
    webhook: FakeWebhook,
    answer: WebhookAnswer,
    status: LeadStatus,
    cap: list[int],
) -> None:
    release(session, clock)
    webhook.answer_next(answer)
    assert attempt(session, begin, clock, delivery_outside).status is status
    assert used(session) == cap


def test_an_endpoint_that_says_gone_gets_nothing_more(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    release(session, clock)
    webhook.answer_next(an_answer(410))
    attempt(session, begin, clock, delivery_outside)
    assert session.scalars(select(PartnerEndpoint.disabled_at)).one() == clock.now()


def test_a_worker_lost_while_posting_leaves_a_trace_and_the_next_posts_again(
    session: Session, stored: Stored, clock: FrozenClock, begin: Begin, delivery_outside: Outside, webhook: FakeWebhook
) -> None:
    release(session, clock)

    class Killed(BaseException):
        pass

    class Dying(FakeWebhook):
        def post(self, request: WebhookRequest) -> WebhookAnswer:
            raise Killed

    with pytest.raises(Killed):
        attempt(session, begin, clock, replace(delivery_outside, webhook=Dying()))
    session.expire_all()
    assert the_delivery(session).status is DeliveryStatus.LEASED
    attempt(session, begin, clock, delivery_outside)
    assert webhook.posted == []  # the lease still holds
    clock.advance(delivery_outside.retries.lease)
    webhook.answer_next(an_answer(409))
    assert attempt(session, begin, clock, delivery_outside).status is LeadStatus.DELIVERED
    outcomes = session.scalars(select(Attempt.outcome).order_by(Attempt.number)).all()
    assert outcomes == [AttemptOutcome.ABANDONED, AttemptOutcome.DUPLICATE]


@pytest.mark.parametrize(
    ("status", "outcome", "places"),
    [(200, AttemptOutcome.ACCEPTED, [1, 1]), (422, AttemptOutcome.REJECTED, [0, 0])],
)
def test_withdrawn_while_the_partner_is_answering_stays_withdrawn(
    session: Session,
    stored: Stored,
    clock: FrozenClock,
    begin: Begin,
    delivery_outside: Outside,
    status: int,
    outcome: AttemptOutcome,
    places: list[int],
) -> None:
    release(session, clock)

    class Slow(FakeWebhook):
        def post(self, request: WebhookRequest) -> WebhookAnswer:
            with begin() as inner:
                lead.withdraw(inner, clock, the_lead(inner).id, prospect_id=stored.prospect_id, page="/my-data")
            assert used(session) == [1, 1]  # until we know whether it arrived
            return an_answer(status)

    found = attempt(session, begin, clock, replace(delivery_outside, webhook=Slow()))
    assert found.status is LeadStatus.WITHDRAWN
    assert the_delivery(session).status is DeliveryStatus.CANCELLED
    assert session.scalars(select(Attempt.outcome)).one() is outcome
    assert used(session) == places
    told = session.scalars(select(PartnerNotice)).one()
    assert (told.kind, told.due_at) == (NoticeKind.WITHDRAWN, clock.now())  # no lease to wait out: the post is over


def test_a_paused_partner_holds_and_an_ended_one_stops(
    session: Session, stored: Stored, clock: FrozenClock, school: School
) -> None:
    session.execute(update(Partner).values(status=PartnerStatus.PAUSED))
    assert release(session, clock).status is LeadStatus.HELD_SCHEDULE
    session.execute(update(Partner).values(status=PartnerStatus.ENDED))
    session.expire_all()
    clock.advance(timedelta(hours=1))
    lead.release(session, clock, the_lead(session).id)
    assert the_lead(session).status is LeadStatus.EXPIRED


def test_a_held_lead_ends_on_its_day(session: Session, stored: Stored, clock: FrozenClock) -> None:
    session.execute(update(Partner).values(status=PartnerStatus.PAUSED))
    release(session, clock)
    clock.advance(timedelta(days=31))
    lead.expire(session, clock, the_lead(session).id)
    assert the_lead(session).status is LeadStatus.EXPIRED
    assert the_delivery(session).status is DeliveryStatus.CANCELLED


@pytest.mark.parametrize(
    ("channels", "has_phone"),
    [({ContactChannel.EMAIL}, False), ({ContactChannel.EMAIL, ContactChannel.PHONE}, True)],
)
def test_the_posting_holds_the_phone_only_where_it_was_allowed(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    delivery_outside: Outside,
    webhook: FakeWebhook,
    channels: set[ContactChannel],
    has_phone: bool,
) -> None:
    submit_request(session, clock, links, [school], phone="+14155550100", channels=frozenset(channels))
    release(session, clock)
    attempt(session, begin, clock, delivery_outside)
    body = webhook.posted[0].body.decode()
    assert ("+14155550100" in body) is has_phone
    assert "budget" not in body
    assert '"legal_entity":"Larkspur Institute, Inc."' in body
