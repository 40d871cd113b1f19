"""Laws of the order and of the weights, on random profiles and catalogues."""

import dataclasses
import random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.factories.engine_inputs import catalogues
from tests.factories.engine_inputs import seeded_profile_objects as profile_objects
from tests.matching.law import TODAY, altered, by_id, dumped, law, ranking
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, rank
from webapp.matching.low_cost import LOW_COST_CENTS
from webapp.matching.scoring import GOOD_SCORE


@law
@given(profile_objects(), catalogues(), st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_changes_nothing(
    obj: dict[str, Any], listings: list[Listing], chance: random.Random
) -> None:
    shuffled = listings.copy()
    chance.shuffle(shuffled)
    one, other = (ranking(obj, each, salt=b"s", counterfactuals=True) for each in (listings, shuffled))
    assert dumped(one) == dumped(other)


_COMMERCIAL = {"institution_control", "title_iv", "url", "accreditor"}


@law
@given(profile_objects(), catalogues())
def test_what_is_not_a_criterion_changes_nothing(obj: dict[str, Any], listings: list[Listing]) -> None:
    plain = [altered(listing, dict.fromkeys(_COMMERCIAL)) for listing in listings]
    assert dumped(ranking(obj, listings)) == dumped(ranking(obj, plain))


_OWN = {
    "goal": [("goal", "occupation"), ("goal", "credentials")],
    "cost": [("practical", "budget_usd")],
    "duration": [("practical", "months_max")],
    "schedule": [("practical", "pace"), ("practical", "hours_per_week")],
    "start": [("practical", "start_within_months")],
    "interests": [("goal", "words"), ("goal", "interests")],
}


_FACTS: dict[str, dict[str, Any]] = {
    "cost": {"tuition_total_cents": None, "tuition_basis": None},
    "duration": {"months": None},
    "schedule": {"pace": (), "hours_per_week": None},
    "start": {"start_terms": ()},
    "outcomes": {"outcome_median_salary_cents": None, "outcome_rate": None, "outcome_sample": None},
    "interests": {"topics": (), "summary": None},
}


@law
@given(profile_objects(), catalogues(), st.sampled_from(sorted(_FACTS)))
def test_an_ignored_criterion_has_no_influence(obj: dict[str, Any], listings: list[Listing], name: str) -> None:
    obj = {**obj, "priorities": {**obj.get("priorities", {}), name: "ignore"}}
    if name == "interests":  # topics also tell how far a program leads to a job, whatever else the student likes
        obj["priorities"]["goal"] = "ignore"
    without = [altered(listing, _FACTS[name]) for listing in listings]
    before, after = ranking(obj, listings), ranking(obj, without)
    assert [(m.program_id, m.score, m.low, m.high, m.verdict, m.contributions) for m in before.matches] == [
        (m.program_id, m.score, m.low, m.high, m.verdict, m.contributions) for m in after.matches
    ]
    assert all(name not in match.contributions or not _spoke(obj, name) for match in before.matches)


def _spoke(obj: dict[str, Any], name: str) -> bool:
    return any(len(part) > (1 if section == "priorities" else 0) for section, part in obj.items())


@law
@given(profile_objects(), catalogues(), st.sampled_from(sorted(_OWN)))
def test_the_answers_to_an_ignored_criterion_do_not_count(
    obj: dict[str, Any], listings: list[Listing], name: str
) -> None:
    assume(name != "goal" or "outcomes" in obj.get("priorities", {}))
    obj = {**obj, "priorities": {**obj.get("priorities", {}), name: "ignore"}}
    if name == "goal":
        obj["priorities"]["outcomes"] = "ignore"
    removed = {s: {k: v for k, v in part.items() if (s, k) not in _OWN[name]} for s, part in obj.items()}
    before, after = ranking(obj, listings), ranking(removed, listings)
    assert [(m.program_id, m.score, m.verdict) for m in before.matches] == [
        (m.program_id, m.score, m.verdict) for m in after.matches
    ]


@law
@given(profile_objects(), catalogues(), st.integers(0, 14))
def test_fewer_matches_are_the_beginning_of_more(obj: dict[str, Any], listings: list[Listing], k: int) -> None:
    fewer = ranking(obj, listings, k).to_json()["matches"]
    more = ranking(obj, listings, k + 1).to_json()["matches"]
    assert len(fewer) == min(k, len(more))
    assert [match["program_id"] for match in fewer] == [match["program_id"] for match in more[: len(fewer)]]
    assert [match["score"] for match in fewer] == [match["score"] for match in more[: len(fewer)]]


@law
@given(profile_objects(), catalogues())
def test_raising_every_priority_alike_changes_nothing(obj: dict[str, Any], listings: list[Listing]) -> None:
    alike = [{**obj, "priorities": dict.fromkeys((c.value for c in Criterion), p)} for p in ("nice", "important")]
    first, second = (ranking(each, listings) for each in alike)
    assert [m.program_id for m in first.matches] == [m.program_id for m in second.matches]
    for one, other in zip(first.matches, second.matches, strict=True):
        assert abs(one.score - other.score) < 1e-9


@law
@given(profile_objects(), catalogues(least=2))
def test_a_program_more_or_less_changes_no_other_score(obj: dict[str, Any], listings: list[Listing]) -> None:
    obj = {**obj, "goal": {"occupation": "15-2051"}}  # the rarity of words depends on the catalogue, by design
    listings = [altered(listing, {"bridge_for": ()}) for listing in listings]
    full, less = by_id(ranking(obj, listings)), by_id(ranking(obj, listings[:-1]))
    for program_id, match in less.items():
        assert full[program_id].score == match.score
        assert full[program_id].verdict == match.verdict


@law
@given(profile_objects(), catalogues(most=16))
def test_not_yet_stands_below_every_program_the_student_may_enter(obj: dict[str, Any], listings: list[Listing]) -> None:
    verdicts = [match.verdict == "not_yet" for match in ranking(obj, listings).matches]
    assert verdicts == sorted(verdicts)


@law
@given(profile_objects(), catalogues(most=16))
def test_a_third_program_of_a_school_stands_in_the_ten_only_where_no_other_is_left(
    obj: dict[str, Any], listings: list[Listing]
) -> None:
    schools = {listing.program_id: listing.institution for listing in listings}
    matches = ranking(obj, listings).matches
    for place, match in enumerate(matches[:10]):
        before = [schools[other.program_id] for other in matches[:place]]
        if before.count(schools[match.program_id]) < 2:
            continue
        later = [other for other in matches[place:] if (other.verdict == "not_yet") == (match.verdict == "not_yet")]
        assert all(before.count(schools[other.program_id]) >= 2 for other in later)


@law
@given(profile_objects(), catalogues(most=16))
def test_moves_for_variety_are_said_and_cancel_out(obj: dict[str, Any], listings: list[Listing]) -> None:
    moved = {"variety_up": 0, "variety_down": 0, "low_cost_up": 0, "low_cost_down": 0}
    for match in ranking(obj, listings).matches:
        for caveat in match.caveats:
            if caveat.code in moved and caveat.fact is not None:
                moved[caveat.code] += caveat.fact["places"]
    assert moved["variety_up"] == moved["variety_down"]
    assert moved["low_cost_up"] == moved["low_cost_down"]


@law
@given(profile_objects(), catalogues(least=11, most=18))
def test_one_of_the_ten_is_cheap_where_a_good_match_is(obj: dict[str, Any], listings: list[Listing]) -> None:
    """But for whom the price is nothing, whose school has two places already, or what lies out of the way."""
    obj = {**obj, "priorities": {**obj.get("priorities", {}), "cost": "important", "place": "ignore"}}
    held = {listing.program_id: listing for listing in listings}
    matches = ranking(obj, listings).matches
    schools = [held[match.program_id].institution for match in matches[:9]]

    def cheap(match: Match) -> bool:
        cents = held[match.program_id].tuition_total_cents
        return cents is not None and cents <= LOW_COST_CENTS

    lifted = [match for match in matches if "low_cost_up" in {caveat.code for caveat in match.caveats}]
    assert [match.rank for match in lifted] in ([], [10])
    assert all(cheap(match) and match.verdict != "not_yet" and match.band != "possible" for match in lifted)
    assert not lifted or not any(map(cheap, matches[:9]))
    if not any(map(cheap, matches[:10])):
        for match in matches[10:]:
            fits = cheap(match) and match.verdict != "not_yet" and round(match.score, 9) >= GOOD_SCORE
            assert not fits or schools.count(held[match.program_id].institution) >= 2


@law
@given(profile_objects(), catalogues(), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_scaling_every_weight_alike_changes_not_a_byte(
    obj: dict[str, Any], listings: list[Listing], factor: float
) -> None:
    profile, catalog = Profile.from_json(obj), Catalog.from_listings(listings, "test")
    scaled = dataclasses.replace(
        DEFAULT_WEIGHTS,
        unstated={criterion: factor * weight for criterion, weight in DEFAULT_WEIGHTS.unstated.items()},
    )
    one, other = (rank(profile, catalog, weights, 20, today=TODAY) for weights in (DEFAULT_WEIGHTS, scaled))
    assert dumped(one) == dumped(other)


@law
@given(profile_objects(), catalogues(), st.data())
def test_one_step_of_every_stated_priority_changes_nothing(
    obj: dict[str, Any], listings: list[Listing], data: st.DataObject
) -> None:
    """Nice weighs half of important: stated of the same criteria, with the others ignored, they come to the same."""
    counted = data.draw(st.sets(st.sampled_from(list(Criterion)), min_size=1))
    nice, important = (
        {c.value: word if c in counted else "ignore" for c in Criterion} for word in ("nice", "important")
    )
    one, other = (ranking({**obj, "priorities": stated}, listings) for stated in (nice, important))
    assert dumped(one).replace('"nice"', '"important"') == dumped(other)
