"""Delivery methods: each kind hands over, the next takes over only on failure, and changes are checked in words."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.school import School, make_school
from tests.services.methods import FIELDS, PORTAL, POST, URL, Add, Work, the_delivery, used
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, Channel
from webapp.domain.delivery_method import Limits, Wanted
from webapp.domain.errors import NotFound, Refused
from webapp.domain.lead import LeadStatus
from webapp.gateways.errors import Permanent
from webapp.gateways.fakes import FakeWebhook, an_answer
from webapp.gateways.http_webhook import headers_of
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import InvalidSignature, verify
from webapp.models import Attempt, PartnerEndpoint
from webapp.queries.delivery_method import get_method, list_methods
from webapp.queries.failed_deliveries import list_dead_letters
from webapp.queries.partner_delivery import get_partner_delivery
from webapp.services import delivery_method


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
    [logged] = get_partner_delivery(session, school.partner_id, the_delivery(session).id).attempts
    assert (logged.outcome, logged.http_status) == (AttemptOutcome.REJECTED, 200)
    assert logged.request is not None
    told = json.dumps(logged.request)
    assert "FullName=Ana+Silva" in told
    for secret in ("s3cret", "k-123", "v1,"):
        assert secret not in told
    assert logged.answer == '{"state": "closed", "why": "no seats"}'
    other = make_school(session, seal, name="Other")
    with pytest.raises(NotFound):
        get_partner_delivery(session, other.partner_id, the_delivery(session).id)


def test_a_webhook_is_signed_over_just_the_bytes_that_are_posted(
    ask: Any, work: Work, webhook: FakeWebhook, clock: FrozenClock, school: School
) -> None:
    ask()
    work()
    request = webhook.posted[0]
    verify([school.secret], headers_of(request), request.body, now=clock.now())
    with pytest.raises(InvalidSignature):
        verify([school.secret], headers_of(request), request.body + b" ", now=clock.now())


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
    tried = select(PartnerEndpoint.kind).join(Attempt, Attempt.endpoint_id == PartnerEndpoint.id)
    kinds = session.scalars(tried.order_by(Attempt.number)).all()
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
    [logged] = get_partner_delivery(session, school.partner_id, the_delivery(session).id).attempts
    assert "City: is required" in (logged.answer or "")
    letters = list_dead_letters(session, clock.now(), partner_id=school.partner_id).items
    assert [(each.reason, each.channel) for each in letters] == [("mapping_failed", Channel.JSON_POST)]


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
