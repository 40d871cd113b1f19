"""Returns: what may be given back, who decides, and what becomes of the money and the place."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.school import School
from tests.services.billing import BAD, bill, billed_school, per_lead
from webapp.domain.charge import MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import Refused
from webapp.domain.lead_return import ReturnReason
from webapp.domain.links import Links
from webapp.models import (
    CapCounter,
    Lead,
    LeadReturn,
)
from webapp.queries.invoice import lead_money
from webapp.queries.lead_return import reason_rates
from webapp.queries.ledger import ledger_faults
from webapp.services import cap, lead_return, terms
from webapp.services.lead_return import Wish

__all__ = ["billed_school"]


def test_an_approved_return_gives_money_and_place_back_and_a_denied_one_does_not(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    first, second, third = many_leads(session, clock, links, school, 3)
    for each in (first, second, third):
        from_cap = session.get_one(Lead, each, with_for_update=True)
        cap.reserve(session, from_cap, clock.now())
        bill(session, each, clock.now())
    wanted = Wish(ReturnReason.DUPLICATE, "We had her in May.", date(2026, 5, 4))
    approved = lead_return.request(
        session, clock, first, partner_id=school.partner_id, wish=wanted, actor="partner: lee"
    )
    denied = lead_return.request(session, clock, second, partner_id=school.partner_id, wish=BAD, actor="partner: lee")
    with pytest.raises(Refused, match="asked for before"):
        lead_return.request(session, clock, second, partner_id=school.partner_id, wish=BAD, actor="partner: lee")
    with pytest.raises(Refused, match="Say why"):
        lead_return.deny(session, clock, denied, actor="ada", words=" ")
    lead_return.approve(session, clock, approved, actor="ada", words="You did.")
    lead_return.deny(session, clock, denied, actor="ada", words="The address works: our mail arrived.")
    complained = lead_return.complain(session, clock, third, words="They called at night.")

    assert [lead_money(session, each).status for each in (first, second, third)] == [
        MoneyStatus.CREDITED,
        MoneyStatus.ACCRUED,
        MoneyStatus.CREDITED,
    ]
    assert set(session.scalars(select(CapCounter.used))) == {1}
    found = session.get_one(LeadReturn, denied)
    assert (found.decided_by, found.decision_words) == ("ada", "The address works: our mail arrived.")
    for decide in (lead_return.approve, lead_return.deny):
        with pytest.raises(Refused, match="It was approved"):
            decide(session, clock, complained, actor="ada", words="Again.")
    rates = {each.reason: (each.requested, each.approved, each.denied) for each in reason_rates(session)}
    assert rates == {
        ReturnReason.BAD_CONTACT: (1, 0, 1),
        ReturnReason.DUPLICATE: (1, 1, 0),
        ReturnReason.STUDENT_COMPLAINT: (1, 1, 0),
    }
    assert ledger_faults(session) == ()


def test_returns_keep_to_the_window_the_list_and_the_share_of_the_terms(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    agreed = per_lead(4500, return_days=7, return_percent=20, auto_returns=frozenset({ReturnReason.WRONG_PERSON}))
    terms.agree(session, clock, school.partner_id, agreed, actor="ada")
    made = many_leads(session, clock, links, school, 10)
    for each in made[:9]:
        bill(session, each, clock.now())

    def ask(number: int, wish: Wish) -> UUID:
        return lead_return.request(session, clock, made[number], partner_id=school.partner_id, wish=wish, actor="p")

    for number, wish, words in (
        (9, BAD, "not delivered"),
        (0, Wish(ReturnReason.OTHER), "Say what is wrong"),
        (0, Wish(ReturnReason.DUPLICATE), "needs the day"),
        (0, Wish(ReturnReason.DUPLICATE, duplicate_on=date(2027, 1, 1)), "after the lead came"),
        (0, Wish(ReturnReason.BAD_CONTACT, duplicate_on=date(2026, 1, 1)), "nothing else"),
        (0, Wish(ReturnReason.STUDENT_COMPLAINT), "Only the student"),
    ):
        with pytest.raises(Refused, match=words):
            ask(number, wish)
    ask(0, Wish(ReturnReason.WRONG_PERSON))  # the terms say that this one needs no decision
    assert lead_money(session, made[0]).status is MoneyStatus.CREDITED
    with pytest.raises(Refused, match="20% of a cycle's leads: 1 of 9"):
        ask(1, BAD)
    lead_return.complain(session, clock, made[2])  # the student's word is above the share
    clock.advance(timedelta(days=7, seconds=1))
    with pytest.raises(Refused, match="until 2026-11-29 15:00 UTC"):
        ask(3, BAD)
