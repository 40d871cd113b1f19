"""The exposure audit finds a thumb on the scale, and nothing where there is none."""

import math
import random
from datetime import timedelta

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.gateways.sealing import Seal
from webapp.models import Match, Partner
from webapp.observability.metrics import EXPOSURE_DIFFERENCE, EXPOSURE_P_VALUE
from webapp.queries.exposure import Shown
from webapp.services.exposure import audit, measure


def lists(count: int, favour: float, seed: int = 1) -> list[Shown]:
    """Lists of ten: five with scores around 0.8, five around 0.6, of partners with chance 0.3.

    With chance `favour` a partner stands above the others it is alike to.
    """
    chance, made = random.Random(seed), []
    for submission in range(count):
        for step, score in enumerate((0.81, 0.61)):
            partners = [chance.random() < 0.3 for _ in range(5)]
            if chance.random() < favour:
                partners.sort(reverse=True)
            made += [
                Shown(submission, 5 * step + place, score, "likely", "good", partner)
                for place, partner in enumerate(partners, start=1)
            ]
    return made


def test_a_fair_order_is_found_fair() -> None:
    found = audit(lists(300, favour=0.0), draws=499)
    assert found.submissions == 300
    assert found.p_value is not None
    assert found.p_value > 0.05
    assert found.difference is not None
    assert abs(found.difference) < 0.02


def test_a_thumb_on_the_scale_is_found() -> None:
    for favour in (1.0, 0.3):
        found = audit(lists(300, favour), draws=499)
        assert found.p_value == 1 / 500
        assert found.difference is not None
        assert found.difference > 0.01
        assert found.partners.mean_rank is not None
        assert found.others.mean_rank is not None
        assert found.partners.mean_rank < found.others.mean_rank


def test_holding_partners_down_is_found_too() -> None:
    turned = [Shown(s.submission, s.rank, s.score, s.verdict, s.band, not s.partner) for s in lists(300, 1.0)]
    found = audit(turned, draws=499)
    assert found.p_value == 1 / 500
    assert found.difference is not None
    assert found.difference < -0.01


def test_what_is_better_is_not_held_against_the_order() -> None:
    """Partners stand first everywhere, but because they fit better: nothing alike stands below them."""
    shown = [
        Shown(n, place, 0.9 - 0.07 * place, "eligible", "good", place <= 3) for n in range(50) for place in range(1, 8)
    ]
    found = audit(shown, draws=99)
    assert (found.groups, found.compared, found.p_value, found.difference) == (0, 0, None, None)
    assert found.partners.mean_rank == 2


def test_the_figures_are_what_they_say() -> None:
    shown = [Shown(1, 1, 0.81, "likely", "good", True), Shown(1, 2, 0.8, "likely", "good", False)]
    found = audit(shown, published_share=0.25, draws=99)
    second = 1 / math.log2(3)
    assert found.observed == 1 / (1 + second)
    assert found.expected == 0.5
    assert (found.partners.shown, found.others.shown) == (1, 1)
    assert found.partners.exposure_share == found.observed
    assert found.p_value == 1.0
    assert audit(shown, draws=99) == audit(list(reversed(shown)), draws=99)
    assert audit([]).p_value is None


def test_scores_of_another_step_verdict_band_or_list_are_not_alike() -> None:
    plain = Shown(1, 1, 0.81, "likely", "good", True)
    for other in (
        Shown(1, 2, 0.74, "likely", "good", False),
        Shown(1, 2, 0.81, "eligible", "good", False),
        Shown(1, 2, 0.81, "likely", "strong", False),
        Shown(2, 2, 0.81, "likely", "good", False),
    ):
        assert audit([plain, other], draws=9).groups == 0


def test_stored_lists_are_read_and_the_metrics_set(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    schools = [make_school(session, seal, name=name) for name in ("Larkspur", "Osprey", "Thistle", "Willow")]
    session.execute(
        update(Partner).where(Partner.id.in_([s.partner_id for s in schools[2:]])).values(status=PartnerStatus.PAUSED)
    )
    for _ in range(12):
        submit_request(session, clock, links, schools, ticked=schools[:1])
        clock.advance(timedelta(minutes=1))
    session.execute(update(Match).values(score=0.72))

    found = measure(session)
    assert found.submissions == 12
    assert (found.partners.shown, found.others.shown) == (24, 24)
    assert (found.partners.mean_rank, found.others.mean_rank) == (1.5, 3.5)
    assert found.published_share == 0.5
    assert found.p_value is not None
    assert found.p_value < 0.01
    assert EXPOSURE_DIFFERENCE._value.get() == found.difference
    assert EXPOSURE_P_VALUE._value.get() == found.p_value
    assert measure(session, since=clock.now() - timedelta(minutes=5)).submissions == 5
    assert measure(session, most=3).submissions == 3


def test_nothing_stored_is_no_finding(session: Session) -> None:
    session.execute(text("DELETE FROM programs"))
    found = measure(session)
    assert (found.submissions, found.published_share, found.p_value) == (0, None, None)
    assert math.isnan(EXPOSURE_P_VALUE._value.get())
