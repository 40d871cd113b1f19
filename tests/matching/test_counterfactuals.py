"""What-ifs: each is what the engine says when asked again, no smaller change does it, and there are few of them."""

import random
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from tests.factories.demo_catalogue import demo_catalog
from tests.matching.law import Case as Standing
from tests.matching.law import by_id, judged, law_from, law_of_chance
from tests.matching.test_criteria import listing
from tests.matching.test_pathways import PERSONAS, ladder_of, standing_of
from webapp.domain.advice import counterfactual_sentence
from webapp.domain.credential import EnglishLevel
from webapp.domain.profile import Profile
from webapp.domain.subject import RANKED_LEVELS
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, Ranking, rank
from webapp.matching.changes import Change, Value
from webapp.matching.context import Context
from webapp.matching.counterfactuals import (
    LIFT,
    MOST_FOR_A_MATCH,
    MOST_RUNS,
    MOST_SHOWN,
    TOP,
    Counterfactual,
    Seen,
    find_counterfactuals,
)
from webapp.matching.gaps import gaps_of
from webapp.matching.limits import within_limits
from webapp.matching.places import DEFAULT_RADIUS_KM
from webapp.matching.ranking import best_of
from webapp.matching.rules import Verdict
from webapp.matching.starts import months_until
from webapp.matching.statement import Case
from webapp.matching.student import Student

TODAY = date(2026, 11, 22)
SIZES = (9, 4, 12, 6, 14, 11, 5, 8)
_OPENNESS = ("not_yet", "conditional", "unknown", "likely", "eligible")


def ranked(profile: Profile, catalog: Catalog, k: int, what_ifs: bool = False) -> Ranking:
    return rank(profile, catalog, DEFAULT_WEIGHTS, k, today=TODAY, counterfactuals=what_ifs)


def effect(match: Match, verdict: str, now: int | None) -> int:
    gained = _OPENNESS.index(verdict) - _OPENNESS.index(match.verdict)
    if gained:
        return 3 if gained > 0 else 0
    if now is None:
        return 0
    return 2 if now <= TOP < match.rank else int(now <= match.rank - LIFT)


def smaller(what_if: Counterfactual, profile: Profile, catalog: Catalog, shown: Ranking) -> list[Value]:
    """Every smaller value of the same answer that could matter."""
    path, value = what_if.change.path, what_if.change.value
    section, key = path.split(".")
    if section == "subjects":
        names: list[str] = [level.value for level in RANKED_LEVELS]
        return list(names[names.index(str(profile.stated()[path])) + 1 : names.index(str(value))])
    if key == "english":
        names = [level.value for level in EnglishLevel]
        return list(names[names.index(str(profile.stated()[path])) + 1 : names.index(str(value))])
    if key in ("modalities", "pace"):
        return []
    assert isinstance(value, int | float)
    if key == "work_years":
        has = profile.stated()[path]
        asked = {one.min_work_years for one in catalog.listings if one.min_work_years is not None}
        return [value - 0.5, *(years for years in asked if has < years < value)]
    listings = [catalog.listings[catalog.row_of[match.program_id]] for match in shown.matches]
    if key == "start_within_months":
        facts: list[Any] = months_until([one.start_terms for one in listings], (2026, 11)).tolist()
    elif key == "budget_usd":
        spans = [Student(profile, DEFAULT_WEIGHTS).price_span(one) for one in listings]
        facts = [cents / 100 for span in spans if span is not None for cents in span]
    elif key == "radius_km":
        places = Context(Student(profile, DEFAULT_WEIGHTS), catalog, TODAY).places
        rows = [catalog.row_of[match.program_id] for match in shown.matches]
        facts = np.ceil(places.distance[catalog.site[rows]]).tolist()
    else:
        facts = [one.months if key == "months_max" else one.hours_per_week for one in listings]
    has = profile.stated().get(path, DEFAULT_RADIUS_KM)
    return [fact for fact in facts if fact is not None and has < fact < value]


def check(profile: Profile, catalog: Catalog, k: int) -> int:
    shown = ranked(profile, catalog, k, what_ifs=True)
    order = cache(lambda change: by_id(judged(change.apply(profile).to_json(), catalog, len(catalog))))

    def place(change: Change, program_id: str) -> tuple[str, int | None]:
        """The verdict on a program, wherever it stands, and its place among the first k."""
        match = order(change)[program_id]
        return match.verdict, match.rank if match.rank <= k else None

    lifting: list[Change] = []
    count = 0
    for match in shown.matches:
        assert len(match.counterfactuals) <= MOST_FOR_A_MATCH
        assert len({item.change.path for item in match.counterfactuals}) == len(match.counterfactuals)
        for item in match.counterfactuals:
            count += 1
            verdict, now = place(item.change, match.program_id)
            assert (item.verdict, item.rank) == (verdict, now)
            does = effect(match, verdict, now)
            assert does > 0
            assert item.opens == (does == 3)
            assert item.lifts == (now is not None and now < match.rank)
            assert counterfactual_sentence(item.to_json()).endswith(".")
            if not item.opens:
                lifting.append(item.change)
            for value in smaller(item, profile, catalog, shown):
                less = place(Change(item.change.path, value), match.program_id)
                assert effect(match, *less) < does
    assert count <= MOST_SHOWN
    assert len(set(lifting)) == len(lifting)
    return count


@law_from(2, sizes=SIZES)
def test_every_what_if_is_so_and_no_smaller_change_does_it(case: Standing) -> None:
    check(without_musts(case.obj), case.world.catalog, case.chance.randint(1, 12))


def without_musts(obj: dict[str, Any]) -> Profile:
    """Hard limits would take programs out of the list that is searched for verdicts."""
    return Profile.from_json({**obj, "priorities": {}})


@law_of_chance
def test_every_what_if_on_subjects_is_so(chance: random.Random) -> None:
    obj, listings = standing_of(chance), ladder_of(chance)
    check(without_musts(obj), Catalog.from_listings(listings, "test"), 9)


WISHES = {
    "modalities": ["online"],
    "country": "US",
    "state": "OH",
    "postal_code": "44101",
    "radius_km": 30,
    "pace": "part_time",
    "hours_per_week": 8,
    "start_within_months": 2,
    "budget_usd": 7000,
    "months_max": 9,
}


def test_what_ifs_on_the_demo_catalogue() -> None:
    told = [
        check(Profile.from_json({**persona, "practical": wishes}), demo_catalog(), 10)
        for persona in PERSONAS.values()
        for wishes in ({}, WISHES)
    ]
    assert sum(told) >= 5


@law_from(2, sizes=SIZES)
def test_the_engine_is_not_run_more_often_than_stated(case: Standing) -> None:
    context = Context(Student(Profile.from_json(case.obj), DEFAULT_WEIGHTS), case.world.catalog, TODAY)
    best = best_of(context, within_limits(context)[0], 10, b"")
    verdicts = context.eligibility.verdicts_of(slice(None))
    runs = []

    def run(changed: Context) -> list[int]:
        runs.append(changed.student.profile)
        return [place.row for place in best_of(changed, within_limits(changed)[0], 10, b"").places]

    seen = [
        Seen(
            row=place.row,
            rank=index + 1,
            verdict=Verdict(int(verdicts[place.row])),
            score=1 - index / 20,
            contributions={},
            gaps=gaps_of(Case(context, place.row, context.catalog.listings[place.row])),
        )
        for index, place in enumerate(best.places)
    ]
    find_counterfactuals(context, seen, run)
    assert len(runs) <= MOST_RUNS
    assert len({str(profile) for profile in runs}) == len(runs)


def test_one_level_too_low_is_not_told() -> None:
    target = listing(program_id="target", req_statistics="several_courses")
    profile = Profile.from_json({"background": {"education": "bachelor"}, "subjects": {"statistics": "none"}})
    (match,) = ranked(profile, Catalog.from_listings([target], "test"), 5, what_ifs=True).matches
    (what_if,) = match.counterfactuals
    assert what_if.change == Change("subjects.statistics", "several_courses")
    assert what_if.opens


def test_two_gaps_need_more_than_one_change() -> None:
    target = listing(program_id="target", req_statistics="one_course", req_calculus="one_course")
    subjects = {"statistics": "none", "calculus": "none"}
    profile = Profile.from_json({"background": {"education": "bachelor"}, "subjects": subjects})
    (match,) = ranked(profile, Catalog.from_listings([target], "test"), 5, what_ifs=True).matches
    assert match.counterfactuals == ()


def test_the_smallest_budget_that_lifts_to_the_top_is_told() -> None:
    cheap = [
        listing(program_id=f"c{n}", institution=f"C{n}", name="A degree", cip="52.1301", tuition_total_usd="9000")
        for n in range(4)
    ]
    dear = listing(program_id="dear", institution="D", tuition_total_usd="24000")
    profile = Profile.from_json(
        {"goal": {"occupation": "15-2051"}, "practical": {"budget_usd": 10000}, "priorities": {"cost": "important"}}
    )
    shown = ranked(profile, Catalog.from_listings([*cheap, dear], "test"), 5, what_ifs=True)
    told = {match.program_id: match.counterfactuals for match in shown.matches if match.counterfactuals}
    assert list(told) == ["dear"]
    (what_if,) = told["dear"]
    assert (what_if.change, what_if.rank, what_if.opens) == (Change("practical.budget_usd", 24000), 1, False)


def test_the_lower_end_of_a_span_of_prices_is_told_where_it_does_as_much() -> None:
    cheap = [
        listing(program_id=f"c{n}", institution=f"C{n}", name="A degree", cip="52.1301", tuition_total_usd="9000")
        for n in range(4)
    ]
    span = listing(
        program_id="span", institution="S", tuition_total_usd="24000.50", state="OH", tuition_out_of_state_usd="26000"
    )
    profile = Profile.from_json(
        {"goal": {"occupation": "15-2051"}, "practical": {"budget_usd": 10000}, "priorities": {"cost": "important"}}
    )
    shown = ranked(profile, Catalog.from_listings([*cheap, span], "test"), 5, what_ifs=True)
    (what_if,) = shown.matches[-1].counterfactuals
    assert shown.matches[-1].program_id == "span"
    assert (what_if.change, what_if.rank) == (Change("practical.budget_usd", 24000.5), 1)
