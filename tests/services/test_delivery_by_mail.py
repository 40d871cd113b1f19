"""Delivery by mail: what a mail holds, when it counts as handed over, and that nobody who took it back is mailed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.methods import MAIL, PORTAL, Add, Work, mails, used
from webapp.domain.charge import MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, Channel
from webapp.domain.delivery_method import Wanted
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus, Template
from webapp.domain.return_path import return_path
from webapp.gateways.errors import Permanent, Uncertain
from webapp.gateways.fakes import FakeMail
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing
from webapp.models import Attempt, Delivery, Lead, LeadCharge, LedgerEntry, Message, PartnerNotice
from webapp.services import inbound_mail, lead, message, redelivery
from webapp.services.transaction import Begin


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


def test_a_mail_that_comes_back_was_no_hand_over(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, clock: FrozenClock, links: Links
) -> None:
    add(MAIL, PORTAL)
    ask()
    work()
    post_mail()
    assert work().status is LeadStatus.DELIVERED
    [sent] = mails(session, Template.PARTNER_LEAD)
    bounce = (Path(__file__).parents[1] / "gateways" / "inbound" / "postfix-user-unknown.eml").read_bytes()
    for _ in range(2):  # reported again, it changes nothing more
        to = return_path(sent.return_token, "match.example")
        mail_id = inbound_mail.receive(session, clock, links, bounce, to=to, source="test")
        assert mail_id is not None
        inbound_mail.handle(session, clock, mail_id)
        bounce += b" "
    back = session.scalars(select(Lead)).one()
    assert (back.status, back.reason, back.delivered_at) == (LeadStatus.DELIVERING, "mail_bounced", None)
    found = work()
    assert (found.status, found.reason, used(session)) == (LeadStatus.DELIVERED, "in_portal", [1])
    tried = session.scalars(select(Attempt).where(Attempt.delivery_id.is_not(None)).order_by(Attempt.number)).all()
    assert [each.reason for each in tried] == ["mail_handed_over", "mail_bounced", "in_portal"]


def come_back(session: Session, clock: FrozenClock, links: Links, sent: Message) -> None:
    """A report that `sent` did not arrive."""
    bounce = (Path(__file__).parents[1] / "gateways" / "inbound" / "postfix-user-unknown.eml").read_bytes()
    to = return_path(sent.return_token, "match.example")
    mail_id = inbound_mail.receive(session, clock, links, bounce, to=to, source="test")
    assert mail_id is not None
    inbound_mail.handle(session, clock, mail_id)
    session.expire_all()


def test_where_no_other_method_is_left_the_lead_has_failed_and_is_credited(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, clock: FrozenClock, links: Links
) -> None:
    add(MAIL)
    ask()
    work()
    post_mail()
    billed = work()
    assert billed.status is LeadStatus.DELIVERED
    assert session.get_one(LeadCharge, billed.id).status is MoneyStatus.ACCRUED
    [sent] = mails(session, Template.PARTNER_LEAD)
    come_back(session, clock, links, sent)
    found = session.scalars(select(Lead)).one()
    assert (found.status, found.reason, used(session)) == (LeadStatus.FAILED, "mail_bounced", [0])
    assert len(mails(session, Template.INTRODUCTION_UPDATE)) == 1  # the student hears of it
    assert session.get_one(LeadCharge, found.id).status is MoneyStatus.CREDITED
    amounts = session.scalars(select(LedgerEntry.amount_cents).order_by(LedgerEntry.amount_cents)).all()
    assert len(amounts) == 2
    assert sum(amounts) == 0


def test_a_repetition_that_comes_back_moves_nothing(
    session: Session, add: Add, ask: Any, work: Work, post_mail: Any, clock: FrozenClock, links: Links
) -> None:
    add(MAIL)
    ask()
    work()
    post_mail()
    assert work().status is LeadStatus.DELIVERED
    delivered = session.scalars(select(Delivery)).one()
    [first] = mails(session, Template.PARTNER_LEAD)
    redelivery.redeliver(session, clock, delivered.id)
    work()
    post_mail()
    work()
    [again] = [each for each in mails(session, Template.PARTNER_LEAD) if each.id != first.id]
    assert again.status is MessageStatus.HANDED_OVER
    come_back(session, clock, links, again)
    found = session.scalars(select(Lead)).one()
    assert (found.status, used(session)) == (LeadStatus.DELIVERED, [1])
    assert session.get_one(LeadCharge, found.id).status is MoneyStatus.ACCRUED
