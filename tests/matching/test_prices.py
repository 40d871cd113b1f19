"""What a program costs this student, where students of other states pay more."""

from typing import Any

import pytest

from tests.matching.law import TODAY, Case, law
from tests.matching.test_criteria import listing, match_on, value
from webapp.domain.listing_row import ListingError, parse_row, to_row
from webapp.domain.listing_words import price
from webapp.domain.profile import Criterion, Profile
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.matching.arrays import UNKNOWN
from webapp.matching.context import Context
from webapp.matching.student import Student

PUBLIC = listing(
    state="OH", country="US", tuition_total_usd="16000", tuition_out_of_state_usd="40000", modality="on_campus"
)


def budget(**practical: Any) -> dict[str, Any]:
    return {"practical": {"budget_usd": 20_000, **practical}}


@law
def test_all_at_once_is_one_by_one(case: Case) -> None:
    student = Student(Profile.from_json(case.obj), DEFAULT_WEIGHTS)
    prices = Context(student, case.world.catalog, TODAY).prices
    for row, each in enumerate(case.world.catalog.listings):
        span = each.price_span(student.state, abroad=student.abroad)
        assert (prices.least[row], prices.most[row]) == ((UNKNOWN, UNKNOWN) if span is None else span)


@pytest.mark.parametrize(
    ("home", "expected"),
    [({"state": "OH"}, 0.94), ({"state": "CA"}, 0.0), ({"country": "IN"}, 0.0), ({}, 0.94 / 2)],
    ids=["at home", "another state", "abroad", "not told"],
)
def test_the_price_that_holds_for_the_student_counts(home: dict[str, str], expected: float) -> None:
    assert value(PUBLIC, Criterion.COST, **budget(**home)) == pytest.approx(expected)


def test_where_it_is_not_known_which_holds_the_interval_spans_both_and_it_is_said() -> None:
    ignored = {c.value: "ignore" for c in Criterion if c is not Criterion.COST}
    match = match_on(PUBLIC, **budget(), priorities=ignored)
    assert match.low < 0.01 < 0.9 < match.high
    (caveat,) = (each.to_json() for each in match.caveats if each.code == "cost_residency")
    assert caveat_sentence(caveat).startswith("Students of states other than Ohio pay $40,000 in all")


def test_a_must_on_the_price_is_held_against_the_students_own_price() -> None:
    catalog = Catalog.from_listings([PUBLIC], "test")
    shown = {}
    for state in ("OH", "CA", None):
        asked = budget() if state is None else budget(state=state)
        profile = Profile.from_json({**asked, "priorities": {"cost": "must"}})
        shown[state] = len(rank(profile, catalog, DEFAULT_WEIGHTS).matches)
    assert shown == {"OH": 1, "CA": 0, None: 1}


def test_reasons_and_caveats_name_the_price_that_holds() -> None:
    (home,) = [r.to_json() for r in match_on(PUBLIC, **budget(state="OH")).reasons if r.code == "cost_within_budget"]
    assert reason_sentence(home).endswith("tuition in all is $16,000.")
    rich = {"practical": {"budget_usd": 50_000, "state": "CA"}}
    (away,) = [r.to_json() for r in match_on(PUBLIC, **rich).reasons if r.code == "cost_within_budget"]
    assert reason_sentence(away).endswith("tuition in all is $40,000 for students of other states.")
    (over,) = [c.to_json() for c in match_on(PUBLIC, **budget(state="CA")).caveats if c.code == "cost_over_budget"]
    assert caveat_sentence(over).endswith("tuition in all is $40,000 for students of other states.")


def test_both_prices_are_told_and_survive_the_listing_file() -> None:
    assert parse_row(to_row(PUBLIC)) == PUBLIC
    told = price(PUBLIC)
    assert told is not None
    assert told.text == "$16,000 in all for students of Ohio, $40,000 for others"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"tuition_out_of_state_usd": "9000"}, "stands without the price for the state"),
        ({"tuition_total_usd": "9000", "tuition_out_of_state_usd": "8000"}, "is below tuition_total_usd"),
    ],
)
def test_two_prices_that_cannot_be_are_refused(cells: dict[str, str], problem: str) -> None:
    with pytest.raises(ListingError) as refused:
        listing(**cells)
    assert problem in str(refused.value.faults)
