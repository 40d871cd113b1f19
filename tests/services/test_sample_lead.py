"""Sample leads: through the same client as leads, and kept nowhere."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.school import School
from tests.services.methods import FILE, MAIL, POST, Add
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import Channel
from webapp.domain.errors import Refused
from webapp.domain.links import Links
from webapp.gateways.fakes import FakeWebhook, an_answer
from webapp.models import Attempt, Lead
from webapp.queries.delivery_method import list_methods
from webapp.services import sample_lead
from webapp.services.handover import Outside
from webapp.services.transaction import Begin


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
