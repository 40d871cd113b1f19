"""The scorecard's figures are what the tables hold: before and after days are kept, and after rows of them change."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.funnel import FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.models import ContactAnswer, DayCount, FunnelStanding, Lead, Partner
from webapp.queries.day_count import open_days
from webapp.queries.scorecard import list_scorecards
from webapp.queries.scorecard_counts import SCORECARD
from webapp.services import day_count
from webapp.services.transaction import Begin

NOW = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 20), NOW.date()
SPANS = (timedelta(hours=5), timedelta(days=1), timedelta(days=9, hours=7), timedelta(days=36))
REFUSED = (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER)


@pytest.fixture
def leads(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> list[Lead]:
    """Leads of five weeks at schools on both sides of the day, with all that may be heard of them."""
    clock.at = NOW
    chance = Random(11)
    for name, zone, count in (("Larkspur", "Pacific/Auckland", 60), ("Rival", "America/Los_Angeles", 40)):
        school = make_school(session, seal, name=name)
        session.get_one(Partner, school.partner_id).time_zone = zone
        many_leads(session, clock, links, school, count)
    found = list(session.scalars(select(Lead)))
    for lead in found:
        lead.created_at = NOW - timedelta(minutes=chance.randrange(2, 35 * 24 * 60))
        lead.test, lead.seed = chance.random() < 0.1, chance.random() < 0.1
        lead.status = chance.choice((*REFUSED, *[LeadStatus.DELIVERED] * 8))
        if lead.status not in REFUSED or chance.random() < 0.1:
            lead.delivered_at = min(NOW, lead.created_at + timedelta(minutes=chance.randrange(9000)))
            hear(session, lead, chance)
    session.flush()
    return found


def hear(session: Session, lead: Lead, chance: Random) -> None:
    assert lead.delivered_at is not None
    if chance.random() < 0.6:
        said = chance.choice((None, FunnelStatus.CONTACTED, FunnelStatus.APPLIED))
        day = lead.delivered_at.date() + timedelta(days=chance.randrange(-1, 12))
        contacted_on = day if said and chance.random() < 0.8 else None
        session.add(FunnelStanding(lead_id=lead.id, status=said, contacted_on=contacted_on))
    if chance.random() < 0.5:
        session.add(ContactAnswer(lead_id=lead.id, contacted=chance.random() < 0.7, answered_at=NOW))


def check(session: Session) -> None:
    """Every figure against a count of its own over all rows, made in Python."""
    session.expire_all()
    standings = {each.lead_id: each for each in session.scalars(select(FunnelStanding))}
    answers = {each.lead_id: each.contacted for each in session.scalars(select(ContactAnswer))}
    zones = {each.id: ZoneInfo(each.time_zone) for each in session.scalars(select(Partner))}
    leads = [lead for lead in session.scalars(select(Lead)) if not (lead.test or lead.seed)]
    for span in SPANS:
        since = NOW - span
        for card in list_scorecards(session, since=since, until=NOW):
            theirs = [lead for lead in leads if lead.partner_id == card.partner_id]
            got = [lead for lead in theirs if lead.delivered_at and since < lead.delivered_at <= NOW]
            never = [lead for lead in theirs if not lead.delivered_at and lead.status in REFUSED]
            said = {lead.id for lead in got if lead.id in standings and standings[lead.id].status}
            heard = Counter(answers[lead.id] for lead in got if lead.id in answers)
            agreed = {lead.id for lead in got if answers.get(lead.id)}
            days = [
                (said_of.contacted_on - lead.delivered_at.astimezone(zones[lead.partner_id]).date()).days
                for lead in got
                if lead.delivered_at and (said_of := standings.get(lead.id)) and said_of.contacted_on
            ]
            assert (card.delivered, card.accepted, card.reached) == (len(got), len(got), len(said | agreed))
            assert (card.asked, card.agreed) == (heard.total(), heard[True])
            assert card.answered == len(got) + sum(since < lead.created_at <= NOW for lead in never)
            assert card.days_to_contact == (median(days) if days else None)


def test_a_figure_is_the_same_however_much_of_it_is_kept(
    session: Session, begin: Begin, clock: FrozenClock, leads: list[Lead]
) -> None:
    check(session)
    assert day_count.keep(begin, clock, topics=[SCORECARD]) > 30
    assert open_days(session, SCORECARD, FIRST, LAST, NOW)[-1] == LAST
    assert session.scalar(select(func.sum(DayCount.number))) == sum(
        bool(lead.delivered_at and lead.delivered_at.date() < LAST and not lead.test and not lead.seed)
        for lead in leads
    )
    check(session)


def _moved(session: Session, lead: Lead) -> None:
    assert lead.delivered_at is not None
    lead.delivered_at -= timedelta(days=3)


def _seed(session: Session, lead: Lead) -> None:
    lead.seed = True


def _first_word(session: Session, lead: Lead) -> None:
    session.execute(delete(FunnelStanding).where(FunnelStanding.lead_id == lead.id))
    session.add(FunnelStanding(lead_id=lead.id, status=FunnelStatus.CONTACTED, contacted_on=NOW.date()))


def _taken_back(session: Session, lead: Lead) -> None:
    session.merge(FunnelStanding(lead_id=lead.id, status=None, contacted_on=None))


def _answer(session: Session, lead: Lead) -> None:
    known = session.get(ContactAnswer, lead.id)
    session.merge(ContactAnswer(lead_id=lead.id, contacted=not (known and known.contacted), answered_at=NOW))


def _erased(session: Session, lead: Lead) -> None:
    session.execute(delete(ContactAnswer).where(ContactAnswer.lead_id == lead.id))


def _time_zone(session: Session, lead: Lead) -> None:
    session.get_one(Partner, lead.partner_id).time_zone = "Asia/Kolkata"


def test_what_changes_marks_its_day_and_is_counted(
    session: Session, begin: Begin, clock: FrozenClock, leads: list[Lead]
) -> None:
    answered = set(session.scalars(select(ContactAnswer.lead_id)))
    settled = [
        lead for lead in leads if lead.delivered_at and lead.delivered_at.date() < LAST and not (lead.test or lead.seed)
    ]
    changes: tuple[Callable[[Session, Lead], None], ...] = (
        *(_answer, _first_word, _taken_back, _moved, _erased, _time_zone, _seed),
    )
    for change in changes:
        day_count.keep(begin, clock, topics=[SCORECARD])
        lead = next(each for each in settled if change is not _erased or each.id in answered)
        settled.remove(lead)
        assert lead.delivered_at is not None
        before = lead.delivered_at.date()
        assert open_days(session, SCORECARD, FIRST, LAST, NOW)[-1:] == (LAST,)
        assert before not in open_days(session, SCORECARD, FIRST, LAST, NOW)
        change(session, lead)
        session.flush()
        assert {before, lead.delivered_at.date()} <= set(open_days(session, SCORECARD, FIRST, LAST, NOW)), change
        check(session)


def test_a_later_step_marks_nothing(session: Session, begin: Begin, clock: FrozenClock, leads: list[Lead]) -> None:
    day_count.keep(begin, clock, topics=[SCORECARD])
    before = open_days(session, SCORECARD, FIRST, LAST, NOW)
    standing = session.scalars(select(FunnelStanding).where(FunnelStanding.status == FunnelStatus.CONTACTED)).first()
    assert standing is not None
    standing.status, standing.applied_on = FunnelStatus.APPLIED, NOW.date()
    session.flush()
    assert open_days(session, SCORECARD, FIRST, LAST, NOW) == before
