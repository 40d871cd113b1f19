"""Laws of the order and of the weights, on random profiles and catalogues."""

import dataclasses
from typing import Any

from tests.matching.law import Case, altered, by_id, dumped, law, law_from
from webapp.domain.profile import Criterion, Profile
from webapp.matching import DEFAULT_WEIGHTS, Match
from webapp.matching.low_cost import LOW_COST_CENTS
from webapp.matching.scoring import GOOD_SCORE
from webapp.matching.student import Student


@law
def test_the_order_of_the_catalogue_changes_nothing(case: Case) -> None:
    shuffled = case.changed("shuffled", lambda listings: case.chance.sample(listings, len(listings)))
    assert case.written == dumped(case.asked(catalog=shuffled, counterfactuals=True))


_COMMERCIAL = {"institution_control", "title_iv", "url", "accreditor"}


@law
def test_what_is_not_a_criterion_changes_nothing(case: Case) -> None:
    plain = case.changed("plain", lambda listings: [altered(each, dict.fromkeys(_COMMERCIAL)) for each in listings])
    assert case.written == dumped(case.asked(catalog=plain, counterfactuals=True))


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
def test_an_ignored_criterion_has_no_influence(case: Case) -> None:
    name = case.chance.choice(sorted(_FACTS))
    obj = {**case.obj, "priorities": {**case.obj.get("priorities", {}), name: "ignore"}}
    if name == "interests":  # topics also tell how far a program leads to a job, whatever else the student likes
        obj["priorities"]["goal"] = "ignore"
    without = case.changed(name, lambda listings: [altered(each, _FACTS[name]) for each in listings])
    before, after = case.judged(obj), case.judged(obj, without)
    assert [match._replace(coverage=0) for match in before] == [match._replace(coverage=0) for match in after]
    assert all(name not in match.contributions or not _spoke(obj, name) for match in before)


def _spoke(obj: dict[str, Any], name: str) -> bool:
    return any(len(part) > (1 if section == "priorities" else 0) for section, part in obj.items())


@law
def test_the_answers_to_an_ignored_criterion_do_not_count(case: Case) -> None:
    obj = {**case.obj, "priorities": dict(case.obj.get("priorities", {}))}
    # Outcomes are measured against the wage of the goal, and count with no answer but the goal.
    name = case.chance.choice([name for name in sorted(_OWN) if name != "goal" or "outcomes" in obj["priorities"]])
    obj["priorities"][name] = "ignore"
    if name == "goal":
        obj["priorities"]["outcomes"] = "ignore"
    removed = {s: {k: v for k, v in part.items() if (s, k) not in _OWN[name]} for s, part in obj.items()}
    before, after = case.judged(obj), case.judged(removed)
    assert [(m.program_id, m.score, m.verdict) for m in before] == [(m.program_id, m.score, m.verdict) for m in after]


@law
def test_fewer_matches_are_the_beginning_of_more(case: Case) -> None:
    k = case.chance.randint(0, 14)
    fewer, more = (case.judged(k=each) for each in (k, k + 1))
    assert len(fewer) == min(k, len(more))
    assert fewer == more[: len(fewer)]


@law
def test_raising_every_priority_alike_changes_nothing(case: Case) -> None:
    alike = [{**case.obj, "priorities": dict.fromkeys((c.value for c in Criterion), p)} for p in ("nice", "important")]
    first, second = map(case.judged, alike)
    assert [m.program_id for m in first] == [m.program_id for m in second]
    for one, other in zip(first, second, strict=True):
        assert abs(one.score - other.score) < 1e-9


@law_from(2)
def test_a_program_more_or_less_changes_no_other_score(case: Case) -> None:
    obj = {**case.obj, "goal": {"occupation": "15-2051"}}  # the rarity of words depends on the catalogue, by design
    whole = case.changed("no bridges", lambda listings: [altered(each, {"bridge_for": ()}) for each in listings])
    fewer = case.changed("one fewer", lambda listings: [altered(each, {"bridge_for": ()}) for each in listings[:-1]])
    full, less = by_id(case.judged(obj, whole)), by_id(case.judged(obj, fewer))
    for program_id, match in less.items():
        assert full[program_id].score == match.score
        assert full[program_id].verdict == match.verdict


@law
def test_not_yet_stands_below_every_program_the_student_may_enter(case: Case) -> None:
    verdicts = [match.verdict == "not_yet" for match in case.ranking.matches]
    assert verdicts == sorted(verdicts)


@law
def test_a_third_program_of_a_school_stands_in_the_ten_only_where_no_other_is_left(case: Case) -> None:
    schools = {listing.program_id: listing.institution for listing in case.listings}
    matches = case.ranking.matches
    for place, match in enumerate(matches[:10]):
        before = [schools[other.program_id] for other in matches[:place]]
        if before.count(schools[match.program_id]) < 2:
            continue
        later = [other for other in matches[place:] if (other.verdict == "not_yet") == (match.verdict == "not_yet")]
        assert all(before.count(schools[other.program_id]) >= 2 for other in later)


@law
def test_moves_for_variety_are_said_and_cancel_out(case: Case) -> None:
    moved = {"variety_up": 0, "variety_down": 0, "low_cost_up": 0, "low_cost_down": 0}
    for match in case.ranking.matches:
        for caveat in match.caveats:
            if caveat.code in moved and caveat.fact is not None:
                moved[caveat.code] += caveat.fact["places"]
    assert moved["variety_up"] == moved["variety_down"]
    assert moved["low_cost_up"] == moved["low_cost_down"]


@law_from(2, sizes=(11, 15, 18, 13, 16, 12, 17, 14))
def test_one_of_the_ten_is_cheap_where_a_good_match_is(case: Case) -> None:
    """But for whom the price is nothing, whose school has two places already, or what lies out of the way."""
    obj = {**case.obj, "priorities": {**case.obj.get("priorities", {}), "cost": "important", "place": "ignore"}}
    held = {listing.program_id: listing for listing in case.listings}
    matches = case.asked(obj).matches
    schools = [held[match.program_id].institution for match in matches[:9]]

    student = Student(Profile.from_json(obj), DEFAULT_WEIGHTS)

    def cheap(match: Match) -> bool:
        span = held[match.program_id].price_span(student.state, abroad=student.abroad)
        return span is not None and span[1] <= LOW_COST_CENTS

    lifted = [match for match in matches if "low_cost_up" in {caveat.code for caveat in match.caveats}]
    assert [match.rank for match in lifted] in ([], [10])
    assert all(cheap(match) and match.verdict != "not_yet" and match.band != "possible" for match in lifted)
    assert not lifted or not any(map(cheap, matches[:9]))
    if not any(map(cheap, matches[:10])):
        for match in matches[10:]:
            fits = cheap(match) and match.verdict != "not_yet" and round(match.score, 9) >= GOOD_SCORE
            assert not fits or schools.count(held[match.program_id].institution) >= 2


@law
def test_scaling_every_weight_alike_changes_not_a_byte(case: Case) -> None:
    factor = case.chance.choice([0.25, 0.5, 2.0, 8.0])
    scaled = dataclasses.replace(
        DEFAULT_WEIGHTS,
        unstated={criterion: factor * weight for criterion, weight in DEFAULT_WEIGHTS.unstated.items()},
    )
    assert case.written == dumped(case.asked(counterfactuals=True, weights=scaled))


@law
def test_one_step_of_every_stated_priority_changes_nothing(case: Case) -> None:
    """Nice weighs half of important: stated of the same criteria, with the others ignored, they come to the same."""
    counted = case.chance.sample(list(Criterion), case.chance.randint(1, len(Criterion)))
    nice, important = (
        {c.value: word if c in counted else "ignore" for c in Criterion} for word in ("nice", "important")
    )
    one, other = (case.asked({**case.obj, "priorities": stated}) for stated in (nice, important))
    assert dumped(one).replace('"nice"', '"important"') == dumped(other)
