"""Complaints are counted once each, and too many of them pause the school and say so."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.complaint import ComplaintKind
from webapp.domain.errors import InvalidTransition, NotFound, Refused
from webapp.domain.funnel import FunnelStatus
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.partner import PartnerStatus, PausedBy
from webapp.domain.scorecard import Figure
from webapp.domain.screening import Screening
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import AuditEntry, ContactAnswer, FunnelStanding, Lead, Message, Partner
from webapp.queries.complaint import find_complaint, list_complaints
from webapp.queries.overview import get_overview
from webapp.queries.partner_team import get_partner_setting
from webapp.queries.partners import get_partner
from webapp.queries.scorecard import list_complaint_rates, list_scorecards
from webapp.queries.scorecard_rows import list_counted
from webapp.services import complaint, lead, lead_return, message, partner_setting, screening_policy
from webapp.services import partner as partners
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
    (card,) = list_scorecards(session, since=clock.now() - timedelta(days=30), until=clock.now())
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


def test_a_students_word_is_a_return_and_a_complaint_and_no_partner_lifts_the_pause_that_follows(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    leads = delivered(session, clock, links, school, 6)
    leads[5].seed = True
    session.flush()
    clock.advance(timedelta(hours=1))
    partner = session.get_one(Partner, school.partner_id)
    # It paused itself, staff resumed it: what is left of that must not let it lift ours later.
    partner_setting.pause(session, clock, partner.id)
    partners.move(session, clock, partner.id, PartnerStatus.LIVE, reason="resumed_by_staff", actor="ada")
    lead_return.complain(session, clock, leads[0].id, kind=ComplaintKind.WRONG_WAY)
    lead_return.complain(session, clock, leads[5].id)  # nobody stands behind a seed: a return, and no complaint
    [found] = list_complaints(session, partner_id=partner.id).items
    assert (found.lead_id, found.kind, found.returned) == (leads[0].id, ComplaintKind.WRONG_WAY, ReturnStatus.APPROVED)
    assert found.recorded_by == "student"
    assert get_partner(session, partner.id, clock.now()).paused_by is None

    partner_setting.pause(session, clock, partner.id)
    assert get_partner_setting(session, partner.id).paused_by is PausedBy.PARTNER
    lead_return.complain(session, clock, leads[1].id)
    assert get_partner_setting(session, partner.id).paused_by is PausedBy.COMPLAINTS
    with pytest.raises(InvalidTransition):
        partner_setting.resume(session, clock, partner.id)
    [rate] = list_complaint_rates(session, now=clock.now())
    assert (rate.rate.complaints, rate.rate.delivered, rate.paused_by) == (2, 5, PausedBy.COMPLAINTS)
    assert get_overview(session, clock.now()).complained_about == 1
    assert find_complaint(session, leads[2].id) is None
    partners.move(session, clock, partner.id, PartnerStatus.LIVE, reason="resumed_by_staff", actor="ada")
    assert status(session, school) is PartnerStatus.LIVE
    reasons = [step.reason for step in get_partner(session, partner.id, clock.now()).steps]
    assert reasons == ["paused_by_partner", "resumed_by_staff", "paused_by_partner", "complaints", "resumed_by_staff"]


def test_each_figure_counts_the_rows_that_its_list_shows(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    leads = delivered(session, clock, links, school, 5)
    leads[4].test = True
    for each, contacted in ((leads[0], True), (leads[1], False), (leads[2], False)):
        session.add(ContactAnswer(lead_id=each.id, contacted=contacted, answered_at=clock.now()))
    session.add(FunnelStanding(lead_id=leads[2].id, status=FunnelStatus.CONTACTED, contacted_on=clock.now().date()))
    session.flush()
    lead_return.complain(session, clock, leads[3].id)
    submit_request(session, clock, links, [school], email="refused@student.example")
    session.execute(update(Lead).where(Lead.status == LeadStatus.UNDO_WINDOW).values(status=LeadStatus.REJECTED))
    clock.advance(timedelta(hours=1))
    since, until = clock.now() - timedelta(days=30), clock.now()
    (card,) = list_scorecards(session, since=since, until=until)
    assert (card.delivered, card.answered, card.reached, card.asked, card.agreed) == (4, 5, 2, 3, 1)
    assert (card.acceptance_percent, card.reached_percent, card.days_to_contact) == (80, 50, 0)
    assert (card.returned, dict(card.returns)) == (1, {ReturnReason.STUDENT_COMPLAINT: 1})
    told = {
        Figure.DELIVERED: card.delivered,
        Figure.ANSWERED: card.answered,
        Figure.REFUSED: card.answered - card.accepted,
        Figure.REACHED: card.reached,
        Figure.STUDENT_SAYS: card.asked,
        Figure.COMPLAINED: card.complaints.complaints,
        Figure.RETURNED: card.returned,
    }
    for figure, count in told.items():
        rows = list_counted(session, school.partner_id, figure, since=since, until=until).items
        assert len(rows) == count, figure
    wanted = ReturnReason.OTHER
    others = list_counted(session, school.partner_id, Figure.RETURNED, since=since, until=until, reason=wanted)
    assert others.items == ()
