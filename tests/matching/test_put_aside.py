"""Programs put aside: gone, and nothing else about the list moves but what must."""

from collections.abc import Sequence
from typing import Any

from tests.factories.demo_catalogue import demo_catalog
from tests.matching.law import TODAY, Case, law_from
from webapp.domain.listing import Listing
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Ranking, rank
from webapp.matching.limits import LIMIT_RULES
from webapp.matching.standings import DEPTH, Question, fates_of, order_of

SALT = b"one student"
law = law_from(2)


def listed(
    obj: dict[str, Any], catalog: Catalog, without: frozenset[str] = frozenset(), k: int = 50, *, what_ifs: bool = False
) -> Ranking:
    profile = Profile.from_json(obj)
    return rank(profile, catalog, DEFAULT_WEIGHTS, k, salt=SALT, today=TODAY, without=without, counterfactuals=what_ifs)


def question(obj: dict[str, Any], without: frozenset[str] = frozenset()) -> Question:
    return Question(Profile.from_json(obj), DEFAULT_WEIGHTS, SALT, TODAY, without)


def some_of(case: Case, ids: Sequence[str], most: int) -> frozenset[str]:
    """A few of the programs, or none."""
    return frozenset(case.chance.sample(ids, case.chance.randint(0, min(most, len(ids)))))


@law
def test_what_is_put_aside_is_never_shown_and_the_others_are_judged_as_before(case: Case) -> None:
    obj, catalog = case.obj, case.world.catalog
    before = listed(obj, catalog)
    ids = [match.program_id for match in before.matches]
    chosen = some_of(case, [listing.program_id for listing in case.listings], 4)
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
def test_the_order_of_those_who_stay_is_kept_outside_the_rule_on_schools(case: Case) -> None:
    catalog = case.changed(
        "one of each school",
        lambda all_: [each for index, each in enumerate(all_) if _first_of_its_school(all_, index)],
    )
    ids = order_of(question(case.obj), catalog, DEPTH)  # that of the ranking, by the next law
    chosen = some_of(case, ids, 3)
    after = order_of(question(case.obj, chosen), catalog, DEPTH)
    assert after == tuple(each for each in ids if each not in chosen)


def _first_of_its_school(listings: list[Listing], index: int) -> bool:
    return all(earlier.institution != listings[index].institution for earlier in listings[:index])


@law
def test_the_order_and_the_fates_are_those_of_the_ranking(case: Case) -> None:
    obj, catalog = case.obj, case.world.catalog
    every = sorted(listing.program_id for listing in case.listings)
    chosen = some_of(case, every, 3)
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
    nobody = frozenset({"no such program"})
    aside, plain = (listed(obj, demo_catalog(), without, what_ifs=True) for without in (nobody, frozenset[str]()))
    assert any(match.counterfactuals for match in plain.matches)
    assert aside.to_json() == plain.to_json()
