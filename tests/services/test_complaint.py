"""Complaints are counted once each, and too many of them pause the school and say so."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.complaint import ComplaintKind
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.partner import PartnerStatus
from webapp.domain.screening import Screening
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import AuditEntry, Lead, Message, Partner
from webapp.queries.scorecard import get_scorecard, list_scorecards
from webapp.services import complaint, lead, message, screening_policy
from webapp.services.transaction import Begin

KIND = ComplaintKind.TOO_MANY_CONTACTS


@pytest.fixture
def school(session: Session, seal: Seal, clock: FrozenClock) -> School:
    """Pauses when more than 20 in 100 complain, once there were five."""
    made = make_school(session, seal)
    asked = Screening(complaint_percent=20, complaint_sample=5, complaint_days=30)
    screening_policy.change(session, clock, made.partner_id, asked, actor="ada@staff.example")
    return made


def delivered(session: Session, clock: FrozenClock, links: Links, school: School, count: int) -> list[Lead]:
    before = set(session.scalars(select(Lead.id)))
    for _ in range(count):
        submit_request(session, clock, links, [school], email=f"{new_id().hex}@student.example")
    session.execute(
        update(Lead)
        .where(Lead.id.not_in(before))
        .values(status=LeadStatus.DELIVERED, delivered_at=clock.now(), due_at=None)
    )
    session.expire_all()
    return list(session.scalars(select(Lead).where(Lead.id.not_in(before)).order_by(Lead.id)))


def status(session: Session, school: School) -> PartnerStatus:
    return session.get_one(Partner, school.partner_id, populate_existing=True).status


def test_too_many_pause_the_school_which_is_told_and_new_leads_wait(
    session: Session,
    clock: FrozenClock,
    links: Links,
    school: School,
    begin: Begin,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    leads = delivered(session, clock, links, school, 4)
    clock.advance(timedelta(hours=1))
    # Two of four: no sample yet. The same lead twice counts once.
    assert not any(complaint.record(session, clock, each.id, KIND, actor="ada") for each in (*leads[:2], leads[0]))
    leads += delivered(session, clock, links, school, 6)
    clock.advance(timedelta(hours=1))
    assert status(session, school) is PartnerStatus.LIVE
    assert complaint.record(session, clock, leads[5].id, ComplaintKind.PASSED_ON, actor="ada")
    assert status(session, school) is PartnerStatus.PAUSED

    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(school.partner_id))).all()
    assert (entry.action, entry.before, entry.staff_id) == ("paused", {"status": "live"}, None)
    assert entry.after == {
        "status": "paused",
        "reason": "complaints",
        "complaints": 3,
        "delivered": 10,
        "days": 30,
        "percent": 20,
    }
    [told] = session.scalars(select(Message).where(Message.template == Template.PARTNER_PAUSED)).all()
    message.send(begin, clock, message_outside, told.id)
    sent = mail.sent[-1]
    assert sent.recipient == "leads@larkspur.example"
    assert "you received 10 of our students, and 3 of them complained" in sent.text
    assert "Somebody else had their details." in sent.text

    submit_request(session, clock, links, [school], email="new@student.example")
    waiting = session.scalars(select(Lead).where(Lead.status == LeadStatus.UNDO_WINDOW)).one()
    clock.at = waiting.undo_until
    lead.release(session, clock, waiting.id)
    assert (waiting.status, waiting.reason) == (LeadStatus.HELD_SCHEDULE, "partner_paused")
    assert not complaint.record(session, clock, leads[6].id, KIND, actor="ada")  # paused already


def test_old_leads_tests_and_seeds_do_not_count_and_what_was_never_sent_cannot_be_complained_about(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    old = delivered(session, clock, links, school, 10)
    clock.advance(timedelta(days=31))
    recent = delivered(session, clock, links, school, 5)
    recent[3].seed = True
    recent[4].test = True
    session.flush()
    clock.advance(timedelta(hours=1))
    assert not complaint.record(session, clock, old[0].id, KIND, actor="ada")
    assert not complaint.record(session, clock, recent[0].id, KIND, actor="ada")  # one of three: no sample
    card = get_scorecard(session, school.partner_id, since=clock.now() - timedelta(days=30), until=clock.now())
    assert (card.complaints.delivered, card.complaints.complaints) == (3, 1)
    assert card.complaints.percent == pytest.approx(100 / 3)
    assert (card.return_percent, card.acceptance_percent) == (0, 100)
    whole = list_scorecards(session, since=clock.now() - timedelta(days=90), until=clock.now())
    assert [(each.partner, each.complaints.delivered, each.returned) for each in whole] == [
        ("Larkspur Institute", 13, 0)
    ]
    for each in recent[3:]:
        with pytest.raises(Refused):
            complaint.record(session, clock, each.id, KIND, actor="ada")
    submit_request(session, clock, links, [school])
    never_sent = session.scalars(select(Lead.id).where(Lead.status == LeadStatus.UNDO_WINDOW)).one()
    with pytest.raises(Refused):
        complaint.record(session, clock, never_sent, KIND, actor="ada")
    with pytest.raises(NotFound):
        complaint.record(session, clock, new_id(), KIND, actor="ada")
