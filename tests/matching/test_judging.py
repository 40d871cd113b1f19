"""Judging picked programs: the same words, verdicts and places as the ranking itself gives."""

from functools import lru_cache
from typing import Any

from tests.factories.demo_catalogue import demo_catalog
from tests.matching.law import TODAY, Case, World, law
from webapp.domain.profile import Profile
from webapp.domain.requirement import RequirementState, gap_sentence, requirement_sentence
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.matching.judging import FIRST, judge, published_requirements
from webapp.matching.limits import LIMIT_RULES

S = RequirementState


@law
def test_judged_programs_stand_where_the_ranking_puts_them(case: Case) -> None:
    profile, catalog = Profile.from_json(case.obj), case.world.catalog
    ranked = rank(profile, catalog, DEFAULT_WEIGHTS, FIRST, today=TODAY, counterfactuals=False, salt=b"somebody")
    ids = case.chance.sample([listing.program_id for listing in case.listings], min(6, len(case.listings)))
    judged = _judged(case.obj, catalog, ids, salt=b"somebody")
    shown = {match.program_id: match for match in ranked.matches}
    assert list(judged) == list(ids)
    for program_id, judgement in judged.items():
        match = shown.get(program_id)
        assert judgement.place == (match.rank if match else None)
        if match is None:
            assert judgement.limits or len(shown) == FIRST
            continue
        assert judgement.limits == ()
        same = ("score", "low", "high", "coverage", "band", "verdict", "contributions", "reasons", "gaps")
        assert [getattr(judgement.match, name) for name in same] == [getattr(match, name) for name in same]


@law
def test_what_is_not_met_is_a_gap_in_the_same_words_and_nothing_else_is(case: Case) -> None:
    for judgement in _all_judged(case.world, case.index).values():
        unmet = {each.rule: each for each in judgement.requirements if each.state is S.NOT_MET}
        gaps = {gap.rule: gap for gap in judgement.match.gaps}
        assert set(unmet) == set(gaps)
        for rule, gap in gaps.items():
            told = requirement_sentence(rule, unmet[rule].needs, unmet[rule].has)
            assert gap_sentence(gap.to_json()).startswith(told.removesuffix("."))
            assert unmet[rule].bridges == gap.bridges
        if judgement.match.verdict == "eligible":
            assert {each.state for each in judgement.requirements} <= {S.MET, S.UNPUBLISHED}


@law
def test_limits_are_the_students_own_and_count_as_the_ranking_counts(case: Case) -> None:
    obj, judged = case.obj, _all_judged(case.world, case.index)
    first = [judgement.limits[0] for judgement in judged.values() if judgement.limits]
    counted = {rule: first.count(rule) for rule in LIMIT_RULES if rule in first}
    assert counted == dict(case.asked(k=0).excluded)
    must = {name for name, priority in obj.get("priorities", {}).items() if priority == "must"}
    assert set(counted) <= must


def test_programs_the_catalogue_does_not_have_are_left_out_and_doubles_count_once() -> None:
    catalog = demo_catalog()
    known = catalog.listings[3].program_id
    judged = judge(Profile(), catalog, DEFAULT_WEIGHTS, [known, "nowhere", known], today=TODAY)
    assert list(judged) == [known]
    assert judge(Profile(), catalog, DEFAULT_WEIGHTS, ["nowhere"], today=TODAY) == {}


def test_held_against_nobody_a_listing_only_says_what_it_asks_for() -> None:
    listings = {listing.program_id: listing for listing in demo_catalog().listings}
    told = {each.rule: each for each in published_requirements(listings["demo-brambleford-msds"])}
    assert told["education"].needs == "bachelor"
    assert told["field"].state is S.MET  # any field will do, whatever it is
    assert told["subject.statistics"].state is S.UNSAID
    assert told["subject.databases"].asks is False
    assert told["work_years"].state is S.UNPUBLISHED
    assert "state" not in told  # some of it is on campus


@lru_cache(maxsize=1024)
def _all_judged(world: World, index: int) -> dict[str, Any]:
    """Every program of a world judged for one of its profiles, for more than one law."""
    return _judged(world.profiles[index], world.catalog, [listing.program_id for listing in world.listings])


def _judged(obj: dict[str, Any], catalog: Catalog, ids: Any, *, salt: bytes = b"") -> dict[str, Any]:
    return judge(Profile.from_json(obj), catalog, DEFAULT_WEIGHTS, ids, salt=salt, today=TODAY)
