"""Switches stop mail and deliveries for the whole service, and nothing is lost by it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import Refused
from webapp.domain.events import EventKind
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus
from webapp.domain.switch import Switch
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead, Message
from webapp.queries.switch import list_off
from webapp.services import delivery, handover, lead, message, switch
from webapp.services.sweep import sweep
from webapp.services.transaction import Begin


def test_mail_that_is_off_waits_and_goes_afterwards(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    links: Links,
    seal: Seal,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    submit_request(session, clock, links, [make_school(session, seal)])
    waiting = session.scalars(select(Message)).one()
    switch.turn_off(session, clock, Switch.MAIL, words="The relay is blocked", actor="ada")
    message.send(begin, clock, message_outside, waiting.id)
    assert (waiting.status, waiting.attempts_made, mail.sent) == (MessageStatus.PENDING, 0, [])
    clock.advance(timedelta(minutes=1))
    swept: list[EventKind] = []
    sweep(begin, lambda kind, _ids: swept.append(kind), clock)
    assert EventKind.MESSAGE_DUE not in swept
    switch.turn_on(session, Switch.MAIL)
    sweep(begin, lambda kind, _ids: swept.append(kind), clock)
    assert EventKind.MESSAGE_DUE in swept
    message.send(begin, clock, message_outside, waiting.id)
    assert len(mail.sent) == 1


def test_deliveries_that_are_off_wait_and_go_afterwards(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    links: Links,
    seal: Seal,
    webhook: FakeWebhook,
    delivery_outside: handover.Outside,
) -> None:
    submit_request(session, clock, links, [make_school(session, seal)])
    clock.advance(timedelta(minutes=10))
    asked = session.scalars(select(Lead)).one()
    lead.release(session, clock, asked.id)
    duty = session.scalars(select(Delivery)).one()
    switch.turn_off(session, clock, Switch.DELIVERIES, words="A partner gets garbage", actor="ada")
    delivery.attempt(begin, clock, delivery_outside, duty.id)
    assert (duty.status, duty.attempts_made, webhook.posted) == (DeliveryStatus.PENDING, 0, [])
    swept: list[EventKind] = []
    clock.advance(timedelta(minutes=1))
    sweep(begin, lambda kind, _ids: swept.append(kind), clock)
    assert EventKind.DELIVERY_DUE not in swept
    switch.turn_on(session, Switch.DELIVERIES)
    delivery.attempt(begin, clock, delivery_outside, duty.id)
    session.refresh(asked)
    assert (asked.status, len(webhook.posted)) == (LeadStatus.DELIVERED, 1)


def test_a_switch_says_why_and_moves_once(session: Session, clock: FrozenClock) -> None:
    for words in (" ", "x" * 301):
        with pytest.raises(Refused, match="Say why"):
            switch.turn_off(session, clock, Switch.MAIL, words=words, actor="ada")
    switch.turn_off(session, clock, Switch.MAIL, words="Because", actor="ada")
    with pytest.raises(Refused, match="off already"):
        switch.turn_off(session, clock, Switch.MAIL, words="Again", actor="bob")
    assert [(off.switch, off.words, off.actor) for off in list_off(session)] == [(Switch.MAIL, "Because", "ada")]
    switch.turn_on(session, Switch.MAIL)
    with pytest.raises(Refused, match="on already"):
        switch.turn_on(session, Switch.MAIL)
