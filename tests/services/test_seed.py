"""Seed leads go the way of every other, and tell how a school treats students."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import POLICY, PROFILE, ranking_of, submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.domain.seed import ContactWay
from webapp.domain.submission import Contact
from webapp.gateways.fakes import FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import CapCounter, Delivery, Lead, Message, Partner, SeedContact
from webapp.queries.scorecard import list_scorecards
from webapp.queries.seed import seeds_by_partner
from webapp.services import delivery, inbound_mail, lead, seed
from webapp.services.handover import Outside
from webapp.services.transaction import Begin

ADDRESS = "mia.lang@readers.example"


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, daily_cap=9)


def persona(address: str = ADDRESS) -> seed.Persona:
    contact = Contact(address, "Mia", "Lang")
    return seed.Persona(contact, PROFILE, preferences=ContactPreferences(max_attempts=2))


def plant(session: Session, clock: FrozenClock, links: Links, school: School, address: str = ADDRESS) -> Lead:
    lead_id = seed.plant(
        session,
        clock,
        links,
        POLICY,
        school.partner_id,
        persona(address),
        ranking=lambda _salt: ranking_of([school]),
        program_id=school.program_id,
        actor="ada@staff.example",
    )
    return session.get_one(Lead, lead_id)


def hand_over(session: Session, begin: Begin, clock: FrozenClock, outside: Outside, found: Lead) -> None:
    clock.at = max(clock.at, found.undo_until)
    lead.release(session, clock, found.id)
    delivery_id = session.execute(select(Delivery.id).where(Delivery.lead_id == found.id)).scalar_one()
    delivery.attempt(begin, clock, outside, delivery_id)
    session.expire_all()


def test_a_partner_cannot_tell_a_seed_from_a_student(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    delivery_outside: Outside,
    webhook: FakeWebhook,
) -> None:
    planted = plant(session, clock, links, school)
    stored = submit_request(session, clock, links, [school], email="ana@student.example", wants_mail=False)
    student = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).one()
    for found in (planted, student):
        hand_over(session, begin, clock, delivery_outside, found)
    one, other = (json.loads(request.body) for request in webhook.posted)
    assert one.keys() == other.keys()
    for part in ("test", "background", "match", "program_id"):
        assert one[part] == other[part]
    assert {key: type(value) for key, value in one["consent"].items()} == {
        key: type(value) for key, value in other["consent"].items()
    }
    assert "seed" not in json.dumps(one)
    assert session.scalars(select(CapCounter.used)).one() == 2  # it takes a place, as a student would


def test_what_the_school_did_is_measured(
    session: Session, clock: FrozenClock, links: Links, school: School, begin: Begin, delivery_outside: Outside
) -> None:
    planted = plant(session, clock, links, school)
    quiet = plant(session, clock, links, school, "noor.haddad@readers.example")
    for found in (planted, quiet):
        hand_over(session, begin, clock, delivery_outside, found)
    start = clock.now()
    clock.advance(timedelta(days=2))
    own = session.scalars(select(Message.id)).first()  # the receipt that a seed gets is nobody's contact
    came = FrozenClock(start + timedelta(minutes=40))
    raw = b"From: admissions@school.example\r\nMessage-ID: <1@school.example>\r\nSubject: Hello Mia\r\n\r\nHello."
    for each in (raw, raw, raw + b" ", raw.replace(b"<1@school.example>", f"<{own}@match.example>".encode())):
        inbound_mail.receive(session, came, links, each, to=" Mia.Lang@Readers.example", source="test")
    inbound_mail.receive(session, came, links, raw, to="ana@student.example", source="test")
    seed.record_contact(
        session, clock, planted.id, ContactWay.PHONE, at=start + timedelta(hours=3), actor="ada@staff.example"
    )
    seed.record_contact(
        session, clock, planted.id, ContactWay.EMAIL, at=start + timedelta(hours=30), actor="ada@staff.example"
    )
    assert len(session.scalars(select(SeedContact)).all()) == 3

    second, first = seeds_by_partner(session, [school.partner_id], None, None)[school.partner_id]
    assert (first.first_contact_after, first.not_allowed, first.too_many) == (timedelta(minutes=40), 1, 1)
    assert (second.first_contact_after, second.contacts) == (None, ())
    (card,) = list_scorecards(session, since=start - timedelta(days=1), until=clock.now())
    assert card.median_first_contact == timedelta(minutes=40)
    assert (card.never_contacted, card.contacts_per_seed, card.complaints.delivered) == (1, 1.5, 0)


def test_what_makes_no_seed_or_contact_is_refused(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    planted = plant(session, clock, links, school)
    with pytest.raises(Refused, match="own for each"):
        plant(session, clock, links, school)
    for wrong in (clock.now() + timedelta(hours=1), planted.created_at - timedelta(hours=1)):
        with pytest.raises(Refused):
            seed.record_contact(session, clock, planted.id, ContactWay.TEXT, at=wrong, actor="ada@staff.example")
    stored = submit_request(session, clock, links, [school])
    student = session.scalars(select(Lead).where(Lead.submission_id == stored.submission_id)).one()
    for other in (student.id, new_id()):
        with pytest.raises(NotFound):
            seed.record_contact(session, clock, other, ContactWay.TEXT, at=clock.now(), actor="ada@staff.example")
    session.execute(update(Partner).values(status=PartnerStatus.TEST))
    session.expire_all()
    with pytest.raises(Refused, match="Only live partners"):
        plant(session, clock, links, school, "other@readers.example")
    assert planted.status is LeadStatus.UNDO_WINDOW
