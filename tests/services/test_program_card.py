"""What a card says: that of the listing as it is now, whatever was said before by the same process."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.domain.requirement import gap_sentence
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.emails.matched_programs import ProgramCard
from webapp.gateways.sealing import Seal
from webapp.models import Institution, Match, Partner, Program, Submission
from webapp.services.program_card import cards_of


@pytest.fixture
def school(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> School:
    school = make_school(session, seal)
    submit_request(session, clock, links, [school])
    return school


def card(session: Session) -> ProgramCard:
    [submission_id] = session.scalars(select(Submission.id))
    [found] = cards_of(session, [submission_id])[submission_id]
    return found


def set_all(session: Session, table: Any, **values: Any) -> None:
    session.execute(update(table).values(**values))


@pytest.mark.usefixtures("school")
def test_a_listing_that_changed_is_told_as_it_is_now(session: Session) -> None:
    before = card(session)
    assert before == card(session)
    set_all(session, Program, name="Renamed")
    assert card(session).name == "Renamed"
    set_all(session, Institution, name="Renamed Institute")
    assert card(session).institution == "Renamed Institute"
    set_all(session, Program, name=before.name)
    assert card(session).name == before.name


@pytest.mark.usefixtures("school")
def test_who_is_a_partner_and_what_is_invented_is_asked_each_time(session: Session) -> None:
    assert (card(session).is_partner, card(session).is_demo) == (True, False)
    set_all(session, Partner, status=PartnerStatus.ENDED)
    set_all(session, Program, is_demo=True)
    assert (card(session).is_partner, card(session).is_demo) == (False, True)


@pytest.mark.usefixtures("school")
def test_a_program_that_is_gone_has_no_card(session: Session) -> None:
    [submission_id] = session.scalars(select(Submission.id))
    set_all(session, Match, program_id="gone")
    assert cards_of(session, [submission_id]) == {submission_id: []}


@pytest.mark.usefixtures("school")
def test_each_statement_is_worded_in_its_place_whatever_words_are_in_it(session: Session) -> None:
    words = 'data,\nand "more"}, {"code": "x"'
    wanted = {"code": "goal_credential_wanted", "fact": {"value": "master"}}
    reasons: list[dict[str, Any]] = [
        {**wanted, "student": {"path": "goal.words", "value": words}},
        {**wanted, "student": {"path": "goal.credentials", "value": ["master"]}},
        {"code": "duration_total", "fact": {"value": 24}, "student": None},
    ]
    caveats: list[dict[str, Any]] = [{"code": "cost_unknown"}, {"code": "goal_content_weak"}]
    gaps = [{"rule": "gpa", "needs": 3.5, "has": 3.1, "bridges": ["a"]}]
    set_all(session, Match, reasons=reasons, caveats=caveats, gaps=gaps)
    found = card(session)
    assert found.reasons == tuple(map(reason_sentence, reasons))
    assert words in found.reasons[0]
    assert found.caveats == (*map(gap_sentence, gaps), *map(caveat_sentence, caveats))
