"""Programs put aside: gone, and nothing else about the list moves but what must."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.factories.demo_catalogue import demo_catalog
from tests.factories.engine_inputs import catalogues, profile_objects
from tests.matching.law import TODAY, law
from webapp.domain.listing import Listing
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Ranking, rank
from webapp.matching.limits import LIMIT_RULES
from webapp.matching.standings import DEPTH, Question, fates_of, order_of

SALT = b"one student"


def listed(obj: dict[str, Any], catalog: Catalog, without: frozenset[str] = frozenset(), k: int = 50) -> Ranking:
    profile = Profile.from_json(obj)
    return rank(profile, catalog, DEFAULT_WEIGHTS, k, salt=SALT, today=TODAY, without=without)


def question(obj: dict[str, Any], without: frozenset[str] = frozenset()) -> Question:
    return Question(Profile.from_json(obj), DEFAULT_WEIGHTS, SALT, TODAY, without)


@law
@given(profile_objects(), catalogues(least=4, most=14), st.data())
def test_what_is_put_aside_is_never_shown_and_the_others_are_judged_as_before(
    obj: dict[str, Any], listings: list[Listing], data: st.DataObject
) -> None:
    catalog = Catalog.from_listings(listings, "test")
    before = listed(obj, catalog)
    ids = [match.program_id for match in before.matches]
    chosen = data.draw(st.frozensets(st.sampled_from(sorted(listing.program_id for listing in listings)), max_size=4))
    after = listed(obj, catalog, chosen)
    left = {match.program_id: match for match in after.matches}
    # A program put aside leaves; one that its school held back may only move up, and no other is lost.
    assert set(left) == set(ids) - chosen
    for match in before.matches:
        if match.program_id in left:
            now = left[match.program_id]
            assert (now.score, now.low, now.high, now.verdict, now.contributions, now.gaps) == (
                match.score,
                match.low,
                match.high,
                match.verdict,
                match.contributions,
                match.gaps,
            )
    stepped = {step["program_id"] for way in after.to_json()["pathways"] for step in way["steps"]}
    assert not stepped & chosen
    assert after.excluded.get("hidden", 0) == len(chosen)
    assert sum(after.excluded.values()) + len(left) == after.considered


@law
@given(profile_objects(), catalogues(least=4, most=14), st.data())
def test_the_order_of_those_who_stay_is_kept_outside_the_rule_on_schools(
    obj: dict[str, Any], listings: list[Listing], data: st.DataObject
) -> None:
    catalog = Catalog.from_listings(
        [listing for index, listing in enumerate(listings) if _first_of_its_school(listings, index)], "test"
    )
    ids = [match.program_id for match in listed(obj, catalog).matches]
    chosen = data.draw(st.frozensets(st.sampled_from(ids), max_size=3)) if ids else frozenset[str]()
    after = [match.program_id for match in listed(obj, catalog, chosen).matches]
    assert after == [each for each in ids if each not in chosen]


def _first_of_its_school(listings: list[Listing], index: int) -> bool:
    return all(earlier.institution != listings[index].institution for earlier in listings[:index])


@law
@given(profile_objects(), catalogues(least=4, most=14), st.data())
def test_the_order_and_the_fates_are_those_of_the_ranking(
    obj: dict[str, Any], listings: list[Listing], data: st.DataObject
) -> None:
    catalog = Catalog.from_listings(listings, "test")
    every = sorted(listing.program_id for listing in listings)
    chosen = data.draw(st.frozensets(st.sampled_from(every), max_size=3))
    result = listed(obj, catalog, chosen, k=DEPTH)
    asked = question(obj, chosen)
    places = {match.program_id: match.rank for match in result.matches}
    assert order_of(asked, catalog, DEPTH) == tuple(places)
    fates = fates_of(asked, catalog, [*every, "gone from the catalogue"])
    assert set(fates) == set(every)
    for each, fate in fates.items():
        assert fate.rank == places.get(each)
        assert (fate.rule is None) == (each in places)
        assert (fate.rule == "hidden") == (each in chosen)
    assert {fate.rule for fate in fates.values()} <= {None, *LIMIT_RULES}


def test_nothing_put_aside_is_the_same_ranking_to_the_byte() -> None:
    obj: dict[str, Any] = {"goal": {"occupation": "15-2051"}, "practical": {"budget_usd": 30000}}
    assert (
        listed(obj, demo_catalog(), frozenset({"no such program"})).to_json() == listed(obj, demo_catalog()).to_json()
    )
