"""Several ways to one partner: each kind hands over, the next takes over only on failure, and none takes part twice."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, Channel, DeliveryStatus, Side
from webapp.domain.delivery_method import Limits
from webapp.domain.errors import NotFound, Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus, Template
from webapp.gateways.errors import Permanent, Retryable, Uncertain
from webapp.gateways.fakes import FakeMail, FakeWebhook, an_answer
from webapp.gateways.http_webhook import headers_of
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import InvalidSignature, verify
from webapp.gateways.webhook import WebhookRequest
from webapp.models import Attempt, CapCounter, Delivery, DeliveryBatch, Lead, Message, PartnerEndpoint, PartnerNotice
from webapp.queries.batch import get_batch_file, list_batches
from webapp.queries.delivery_log import get_attempt, list_attempts
from webapp.queries.delivery_method import get_method, list_methods
from webapp.queries.failed_deliveries import delivered_since, list_dead_letters
from webapp.services import batch, delivery, delivery_method, erasure, lead, message, redelivery, sample_lead
from webapp.services.delivery_method import Wanted
from webapp.services.handover import Outside
from webapp.services.signing_secret import end_overlap, rotate_secret
from webapp.services.transaction import Begin

URL = "https://crm.larkspur.example/leads?key=k-123"
FIELDS = [
    {"name": "FullName", "computed": "full_name"},
    {"name": "Email", "from": "student.email", "required": True},
    {"name": "State", "from": "student.state", "values": {"CA": "California"}},
    {"name": "Source", "constant": "Program Match"},
]
POST = Wanted(Channel.FORM_POST, url=URL, config={"fields": FIELDS})
PORTAL = Wanted(Channel.PORTAL)
FILE = Wanted(Channel.CSV_BATCH, config={"fields": FIELDS, "times": ["06:00"]})
MAIL = Wanted(Channel.EMAIL, config={"address": "admissions@larkspur.example", "link_only": False})
Add = Callable[..., UUID]
Work = Callable[[], Lead]


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, daily_cap=5)


@pytest.fixture
def add(session: Session, clock: FrozenClock, seal: Seal, school: School) -> Add:
    def added(*wanted: Wanted, instead: bool = True) -> UUID:
        """Add methods; with `instead` they stand for the webhook that each school has."""
        made = []
        for number, each in enumerate(wanted):
            made.append(delivery_method.add(session, clock, seal, school.partner_id, each).method_id)
            if instead and number == 0:
                delivery_method.remove(session, clock, school.endpoint_id)
        return made[0]

    return added


@pytest.fixture
def ask(session: Session, clock: FrozenClock, links: Links, school: School) -> Callable[..., None]:
    def asked(students: int = 1) -> None:
        for number in range(students):
            submit_request(session, clock, links, [school], email=f"ana{number}@student.example")
        clock.advance(timedelta(minutes=10))
        for each in session.scalars(select(Lead.id)).all():
            lead.release(session, clock, each)
        session.flush()

    return asked


@pytest.fixture
def work(session: Session, begin: Begin, clock: FrozenClock, delivery_outside: Outside) -> Work:
    def worked() -> Lead:
        for each in session.scalars(select(Delivery.id)).all():
            delivery.attempt(begin, clock, delivery_outside, each)
        session.expire_all()
        return session.scalars(select(Lead)).first() or pytest.fail("no lead")

    return worked


@pytest.fixture
def post_mail(
    session: Session, begin: Begin, clock: FrozenClock, message_outside: message.Outside
) -> Callable[[], None]:
    def posted() -> None:
        for each in session.scalars(select(Message.id).where(Message.due_at.is_not(None))).all():
            message.send(begin, clock, message_outside, each)
        session.expire_all()

    return posted


def the_delivery(session: Session) -> Delivery:
    session.expire_all()
    return session.scalars(select(Delivery)).one()


def used(session: Session) -> list[int]:
    return list(session.scalars(select(CapCounter.used)))


def mails(session: Session, template: Template) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.template == template)))


def test_a_form_post_carries_the_partners_fields_its_key_and_our_signature(
    session: Session,
    add: Add,
    ask: Any,
    work: Work,
    webhook: FakeWebhook,
    seal: Seal,
    school: School,
    clock: FrozenClock,
) -> None:
    config = {
        "fields": FIELDS,
        "credential_header": "X-Api-Key",
        "answers": [{"means": "rejected", "contains": "closed", "reason_path": "why"}],
    }
    made = delivery_method.add(
        session, clock, seal, school.partner_id, Wanted(Channel.FORM_POST, url=URL, config=config, credential="s3cret")
    )
    delivery_method.remove(session, clock, school.endpoint_id)
    webhook.answer_next(an_answer(200, b'{"state": "closed", "why": "no seats"}'))
    ask()
    assert work().status is LeadStatus.REJECTED
    request = webhook.posted[0]
    assert parse_qs(request.body.decode()) == {
        "FullName": ["Ana Silva"],
        "Email": ["ana0@student.example"],
        "State": ["California"],
        "Source": ["Program Match"],
    }
    assert request.content_type == "application/x-www-form-urlencoded"
    assert (dict(request.headers), request.secrets) == ({"X-Api-Key": "s3cret"}, (made.secret,))
    assert (the_delivery(session).channel, the_delivery(session).reason) == (Channel.FORM_POST, "no seats")
    [logged] = list_attempts(session, school.partner_id).items
    assert (logged.outcome, logged.http_status, logged.kind) == (AttemptOutcome.REJECTED, 200, Channel.FORM_POST)
    assert logged.request is not None
    told = json.dumps(logged.request)
    assert "FullName=Ana+Silva" in told
    for secret in ("s3cret", "k-123", "v1,"):
        assert secret not in told
    assert logged.answer == '{"state": "closed", "why": "no seats"}'
    other = make_school(session, seal, name="Other")
    assert list_attempts(session, other.partner_id).items == ()
    with pytest.raises(NotFound):
        get_attempt(session, logged.id, partner_id=other.partner_id)


def test_a_backup_is_used_only_after_the_one_before_it_has_failed(
    session: Session, add: Add, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, school: School
) -> None:
    add(Wanted(Channel.JSON_POST, url=URL, config={"fields": FIELDS}), PORTAL, instead=False)
    webhook.answer_next(*[an_answer(503)] * 4, Permanent("url_refused"))
    ask()
    for tries in range(1, 5):
        assert work().status is LeadStatus.DELIVERING
        assert len(webhook.posted) == tries
        assert used(session) == [1]
        clock.at = the_delivery(session).due_at or clock.at
    found = the_delivery(session)
    assert (found.channel, found.attempts_made, found.reason) == (Channel.JSON_POST, 0, "goes_to_backup")
    assert work().status is LeadStatus.DELIVERING
    assert work().status is LeadStatus.DELIVERED  # in the portal, which cannot fail
    assert the_delivery(session).reason == "in_portal"
    assert used(session) == [1]
    assert {request.url for request in webhook.posted} == {"http://127.0.0.1:9/leads", URL}
    assert {request.webhook_id for request in webhook.posted} == {found.webhook_id}
    kinds = [each.kind for each in reversed(list_attempts(session, school.partner_id).items)]
    assert kinds == [Channel.WEBHOOK] * 4 + [Channel.JSON_POST, Channel.PORTAL]


@pytest.mark.parametrize("answer", [an_answer(409), an_answer(422)])
def test_an_answer_is_no_failure(
    session: Session, add: Add, ask: Any, work: Work, webhook: FakeWebhook, answer: Any
) -> None:
    add(PORTAL, instead=False)
    webhook.answer_next(answer)
    ask()
    assert work().status in (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER)


def test_a_required_field_without_a_value_goes_to_the_backup_and_is_not_sent(
    session: Session, add: Add, ask: Any, work: Work, webhook: FakeWebhook, school: School, clock: FrozenClock
) -> None:
    fields = [{"name": "City", "from": "student.city", "required": True}]
    add(Wanted(Channel.JSON_POST, url=URL, config={"fields": fields}))
    ask()
    assert work().reason == "mapping_failed"
    assert webhook.posted == []
    [logged] = list_attempts(session, school.partner_id).items
    assert "City: is required" in (logged.answer or "")
    letters = list_dead_letters(session, clock.now(), partner_id=school.partner_id).items
    assert [(each.reason, each.channel) for each in letters] == [("mapping_failed", Channel.JSON_POST)]


def test_a_mail_hands_over_once_and_its_end_decides(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, mail: FakeMail, clock: FrozenClock
) -> None:
    add(MAIL)
    ask()
    assert work().status is LeadStatus.QUEUED
    assert work().status is LeadStatus.QUEUED  # and the mail is queued once
    post_mail()
    assert work().status is LeadStatus.DELIVERED
    [sent] = [each for each in mail.sent if each.recipient == "admissions@larkspur.example"]
    assert "Ana" not in sent.subject
    assert "ana0@" not in sent.subject
    assert "ana0@student.example" in sent.text
    assert [each.outcome for each in session.scalars(select(Attempt).where(Attempt.delivery_id.is_not(None)))] == [
        AttemptOutcome.ACCEPTED
    ]


def test_a_link_only_mail_holds_nothing_about_the_student(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, mail: FakeMail
) -> None:
    add(Wanted(Channel.EMAIL, config={"address": "admissions@larkspur.example"}))
    ask()
    work()
    post_mail()
    lead_id = work().id
    [sent] = [each for each in mail.sent if each.recipient == "admissions@larkspur.example"]
    assert f"https://match.example/partner/leads/{lead_id}" in sent.text
    for word in ("Ana", "Silva", "student.example", "CA", "94110"):
        assert word not in sent.text.replace("CALIFORNIA", "")
        assert word not in sent.subject


@pytest.mark.parametrize(
    ("failure", "reason"), [(Permanent("mailbox_gone"), "mail_failed"), (Uncertain("lost"), "mail_uncertain")]
)
def test_a_mail_that_fails_goes_to_the_backup(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, mail: FakeMail, failure: Any, reason: str
) -> None:
    add(MAIL, PORTAL)
    ask()
    post_mail()  # the students' own mail
    work()
    mail.fail_next(failure)
    post_mail()
    work()
    assert work().status is LeadStatus.DELIVERED
    reasons = session.scalars(
        select(Attempt.reason).where(Attempt.delivery_id.is_not(None)).order_by(Attempt.number)
    ).all()
    assert reasons == [reason, "in_portal"]


def test_a_lead_taken_back_while_its_mail_waits_is_not_mailed(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, mail: FakeMail, clock: FrozenClock
) -> None:
    add(MAIL)
    ask()
    found = work()
    lead.withdraw(session, clock, found.id, prospect_id=found.prospect_id, page="/my-data")
    post_mail()
    assert [each for each in mail.sent if each.recipient == "admissions@larkspur.example"] == []
    assert work().status is LeadStatus.WITHDRAWN
    assert used(session) == [0]
    assert session.scalars(select(PartnerNotice)).all() == []  # it never had it


def test_a_lead_taken_back_while_its_mail_is_in_a_workers_hands_is_not_mailed(
    session: Session,
    add: Add,
    ask: Any,
    work: Work,
    begin: Begin,
    message_outside: message.Outside,
    clock: FrozenClock,
) -> None:
    add(MAIL)
    ask()
    found = work()

    class Late(FakeMail):
        """The student is quicker than the mail server's greeting."""

        def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
            with begin() as inner:
                lead.withdraw(inner, clock, found.id, prospect_id=found.prospect_id, page="/my-data")
            return super().send(mail, handing_over=handing_over)

    late = Late()
    [mail_row] = mails(session, Template.PARTNER_LEAD)
    message.send(begin, clock, replace(message_outside, mail=late), mail_row.id)
    assert late.sent == []
    session.expire_all()
    assert (mail_row.status, mail_row.reason) == (MessageStatus.SUPPRESSED, "withdrawn_by_student")
    assert session.scalars(select(PartnerNotice)).all() == []


def test_a_file_holds_the_leads_of_its_time_and_forgets_who_is_erased(
    session: Session, add: Add, ask: Any, work: Work, begin: Begin, clock: FrozenClock, links: Links, school: School
) -> None:
    add(FILE)
    ask(3)
    work()
    made = session.scalars(select(DeliveryBatch)).one()
    assert made.due_at.isoformat() == "2026-11-23T11:00:00+00:00"  # 06:00 in New York
    taken_back, *others = session.scalars(select(Lead).order_by(Lead.id)).all()
    lead.withdraw(session, clock, taken_back.id, prospect_id=taken_back.prospect_id, page="/my-data")
    batch.close(begin, clock, links, made.id)
    assert {each.status for each in others} == {LeadStatus.QUEUED}  # not before its time
    clock.at = made.due_at
    for _ in range(2):
        batch.close(begin, clock, links, made.id)
    session.expire_all()
    assert [each.status for each in others] == [LeadStatus.DELIVERED] * 2
    assert [each.leads for each in list_batches(session, school.partner_id).items] == [2]
    assert len(mails(session, Template.PARTNER_BATCH)) == 1
    erasure.erase(session, clock, others[0].prospect_id, page="/my-data")
    session.expire_all()
    file = get_batch_file(session, made.id, partner_id=school.partner_id)
    header, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert header == ["FullName", "Email", "State", "Source"]
    assert len(rows) == file.leads == 1
    assert rows[0][0] == "Ana Silva"
    with pytest.raises(NotFound):
        get_batch_file(session, made.id, partner_id=taken_back.id)


def test_both_secrets_sign_while_they_overlap(
    session: Session, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, seal: Seal, school: School
) -> None:
    new = rotate_secret(session, clock, seal, school.endpoint_id, overlap=timedelta(hours=1))
    with pytest.raises(Refused, match="End that first"):
        rotate_secret(session, clock, seal, school.endpoint_id)
    ask(3)
    first, second, third = session.scalars(select(Delivery.id).order_by(Delivery.id)).all()

    def sent_for(delivery_id: UUID) -> WebhookRequest:
        work()
        return next(each for each in webhook.posted if each.webhook_id == f"msg_{delivery_id.hex}")

    assert sent_for(first).secrets == (new, school.secret)
    end_overlap(session, school.endpoint_id)
    assert rotate_secret(session, clock, seal, school.endpoint_id, overlap=timedelta(hours=1)) != new
    later = get_method(session, school.endpoint_id).former_secret_until
    assert later == clock.now() + timedelta(hours=1)
    session.flush()
    redelivery.redeliver(session, clock, second)
    clock.advance(timedelta(hours=1))
    webhook.posted.clear()
    assert len(sent_for(second).secrets) == 1
    assert third


def test_a_delivered_lead_is_handed_over_again_and_counts_once(
    session: Session, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, school: School
) -> None:
    ask()
    delivered = work()
    at, delivery_id = delivered.delivered_at, the_delivery(session).id
    assert delivered_since(session, clock.now()) == [delivery_id]
    clock.advance(timedelta(days=40))  # however old: the partner had it before
    for answer in (an_answer(200), an_answer(409), an_answer(422), Permanent("url_refused")):
        redelivery.redeliver(session, clock, delivery_id)
        with pytest.raises(Refused, match="Only a"):
            redelivery.replay(session, clock, delivery_id)
        webhook.answer_next(answer)
        found = work()
        assert (found.status, found.delivered_at) == (LeadStatus.DELIVERED, at)
        assert the_delivery(session).status is DeliveryStatus.DELIVERED
        assert used(session) == [1]
    assert [dict(each.headers) for each in webhook.posted] == [{}] + [{"X-Redelivery": "true"}] * 4
    assert len({each.webhook_id for each in webhook.posted}) == 1
    assert mails(session, Template.INTRODUCTION_UPDATE) == []
    assert the_delivery(session).reason == "redelivery_failed"


def test_a_replay_of_what_is_too_old_is_refused_in_words(
    session: Session, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, begin: Begin
) -> None:
    webhook.answer_next(Permanent("url_refused"))
    ask(2)
    work()
    fine, old = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert {fine.status, old.status} == {DeliveryStatus.FAILED, DeliveryStatus.DELIVERED}
    [failed] = [each for each in (fine, old) if each.status is DeliveryStatus.FAILED]
    clock.advance(timedelta(days=31))
    done = redelivery.replay_each(begin, clock, [failed.id], by=Side.STAFF)
    assert done.sent == ()
    assert "Its time ran out" in done.refused[0][1]
    assert the_delivery_of(session, failed.id).status is DeliveryStatus.FAILED


def the_delivery_of(session: Session, delivery_id: UUID) -> Delivery:
    return session.get_one(Delivery, delivery_id, populate_existing=True)


def test_a_run_of_failures_warns_then_disables_and_enabling_resumes(
    session: Session,
    add: Add,
    ask: Any,
    work: Work,
    webhook: FakeWebhook,
    clock: FrozenClock,
    begin: Begin,
    school: School,
) -> None:
    webhook.answer_next(*[Retryable("timed_out")] * 10)
    ask(4)
    for _ in range(2):
        work()
        clock.advance(timedelta(minutes=10))
    method = session.get_one(PartnerEndpoint, school.endpoint_id)
    assert (method.failures_in_row, method.warned_at) == (8, None)  # many, but for minutes only
    clock.advance(timedelta(hours=49))
    work()
    session.expire_all()
    assert method.failures_in_row == 10
    assert method.disabled_reason == "run_of_failures"
    news = [each.about["news"] for each in mails(session, Template.PARTNER_METHOD)]
    assert news == ["failing", "disabled"]
    work()  # the others were hurried, and have nowhere to go
    ends = {(each.status, each.reason) for each in session.scalars(select(Lead))}
    assert ends <= {(LeadStatus.FAILED, "endpoint_disabled"), (LeadStatus.DELIVERED, "http_200")}
    assert (LeadStatus.FAILED, "endpoint_disabled") in ends
    resumed = delivery_method.enable(begin, clock, school.endpoint_id, by=Side.STAFF)
    assert len(resumed.sent) >= 2
    work()
    assert {each.status for each in session.scalars(select(Lead))} == {LeadStatus.DELIVERED}
    session.expire_all()
    assert (method.failures_in_row, method.failing_since) == (0, None)


def test_one_partner_gets_no_more_than_its_rate_and_none_is_lost(
    session: Session, add: Add, ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock
) -> None:
    add(Wanted(Channel.JSON_POST, url=URL, config={"fields": FIELDS}, limits=Limits(per_minute=6)))
    ask(5)
    times = []
    for _ in range(60):
        before = len(webhook.posted)
        work()
        times += [clock.now()] * (len(webhook.posted) - before)
        clock.advance(timedelta(seconds=1))
    assert [(later - earlier).total_seconds() for earlier, later in pairwise(times)] == [10.0] * 4
    assert {each.status for each in session.scalars(select(Lead))} == {LeadStatus.DELIVERED}


def test_a_slow_partner_takes_no_more_workers_than_it_may(
    session: Session, add: Add, ask: Any, begin: Begin, delivery_outside: Outside, clock: FrozenClock
) -> None:
    """While one post is out, the others come by, are told to wait, and go when it is back."""
    add(Wanted(Channel.JSON_POST, url=URL, config={"fields": FIELDS}, limits=Limits(at_once=2)))
    ask(4)
    ids = list(session.scalars(select(Delivery.id).order_by(Delivery.id)))
    most = 0

    class Slow(FakeWebhook):
        depth = 0

        def post(self, request: WebhookRequest) -> Any:
            nonlocal most
            self.depth += 1
            most = max(most, self.depth)
            if self.depth < 4:
                for each in ids:
                    delivery.attempt(begin, clock, outside, each)
            self.depth -= 1
            return super().post(request)

    slow = Slow()
    outside = Outside(slow, delivery_outside.seal, delivery_outside.links, delivery_outside.retries, lambda: 0.0)
    delivery.attempt(begin, clock, outside, ids[0])
    for each in ids:
        delivery.attempt(begin, clock, outside, each)
    session.expire_all()
    assert most == 2
    assert len(slow.posted) == 4
    assert {each.status for each in session.scalars(select(Lead))} == {LeadStatus.DELIVERED}


def test_methods_are_added_ordered_changed_and_taken_away_in_words(
    session: Session, clock: FrozenClock, seal: Seal, school: School
) -> None:
    wrong = Wanted(Channel.FORM_POST, url="http://10.0.0.1/", config={"fields": []}, limits=Limits(at_once=0))
    with pytest.raises(Refused) as refused:
        delivery_method.add(session, clock, seal, school.partner_id, wrong)
    assert {problem.where for problem in refused.value.problems} == {"url", "fields", "at_once"}
    with pytest.raises(Refused, match="only one"):
        delivery_method.remove(session, clock, school.endpoint_id)
    post = delivery_method.add(session, clock, seal, school.partner_id, POST)
    assert post.secret
    portal = delivery_method.add(session, clock, seal, school.partner_id, PORTAL)
    with pytest.raises(Refused, match="Remove one, or switch it off, first") as refused:
        delivery_method.add(session, clock, seal, school.partner_id, PORTAL)
    assert {problem.where for problem in refused.value.problems} == {"methods", "kind"}
    order = [portal.method_id, school.endpoint_id, post.method_id]
    with pytest.raises(Refused, match="each method once"):
        delivery_method.reorder(session, school.partner_id, order[:2])
    delivery_method.reorder(session, school.partner_id, order)
    assert [each.id for each in list_methods(session, school.partner_id)] == order
    with pytest.raises(Refused, match="cannot be changed"):
        delivery_method.change(session, seal, post.method_id, PORTAL)
    named = Wanted(Channel.FORM_POST, name="CRM", url=URL, config={"fields": FIELDS[:1]}, limits=Limits(30, 2))
    delivery_method.change(session, seal, post.method_id, named)
    found = get_method(session, post.method_id, partner_id=school.partner_id)
    assert (found.name, found.limits, found.config) == ("CRM", Limits(30, 2), {"fields": FIELDS[:1]})
    delivery_method.remove(session, clock, portal.method_id)
    assert [each.position for each in list_methods(session, school.partner_id)] == [1, 2]
    with pytest.raises(NotFound):
        get_method(session, portal.method_id)


def test_a_sample_goes_through_the_same_client_and_leaves_nothing(
    session: Session,
    add: Add,
    begin: Begin,
    delivery_outside: Outside,
    webhook: FakeWebhook,
    clock: FrozenClock,
    links: Links,
    school: School,
) -> None:
    made = add(POST, MAIL, FILE)
    webhook.answer_next(an_answer(422, b"who is that?"))
    went = sample_lead.send_sample(begin, clock, delivery_outside, made)
    assert went.answer is not None
    assert (went.answer.status, went.answer.excerpt) == (422, "who is that?")
    assert went.request is not None
    assert "FullName=Sample+Student" in went.request["body"]
    assert webhook.posted[0].webhook_id.startswith("msg_test")
    assert not session.scalars(select(Attempt.id)).all()
    assert not session.scalars(select(Lead.id)).all()
    _, mailing, file = list_methods(session, school.partner_id)
    assert (
        sample_lead.send_sample(begin, clock, delivery_outside, mailing.id).mailed_to == "admissions@larkspur.example"
    )
    with pytest.raises(Refused, match="preview"):
        sample_lead.send_sample(begin, clock, delivery_outside, file.id)
    shown = sample_lead.preview(session, links, clock, school.partner_id, Channel.WEBHOOK, {})
    document = json.loads(shown.content)
    assert (document["test"], document["sample"], document["program_id"]) == (True, True, school.program_id)
    assert document["consent"]["legal_entity"] == school.legal_name


def test_a_webhook_is_signed_over_just_the_bytes_that_are_posted(
    ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, school: School
) -> None:
    ask()
    work()
    request = webhook.posted[0]
    verify([school.secret], headers_of(request), request.body, now=clock.now())
    with pytest.raises(InvalidSignature):
        verify([school.secret], headers_of(request), request.body + b" ", now=clock.now())
