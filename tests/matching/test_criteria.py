"""Each criterion on a few listings small enough to check by hand."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from webapp.domain.credential import Credential
from webapp.domain.listing import Listing
from webapp.domain.listing_row import parse_row
from webapp.domain.profile import Criterion, Profile
from webapp.domain.subject import Subject
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, rank
from webapp.matching.assessment import PRIOR

BASE = {
    "program_id": "one",
    "institution": "Alder",
    "name": "MS in Data Science",
    "credential": "master",
    "cip": "30.7001",
    "source": "Alder website",
    "verified_on": "2026-10-01",
}


def listing(**cells: str) -> Listing:
    return parse_row({**BASE, **cells})


def match_on(only: Listing, **sections: dict[str, Any]) -> Match:
    catalog = Catalog.from_listings([only], "test")
    (match,) = rank(Profile.from_json(sections), catalog, DEFAULT_WEIGHTS, today=date(2026, 11, 22)).matches
    return match


def value(only: Listing, criterion: Criterion, **sections: dict[str, Any]) -> float:
    """The point value of one criterion, with every other one ignored."""
    others = {c.value: "ignore" for c in Criterion if c is not criterion}
    priorities = {**others, **sections.pop("priorities", {})}
    return match_on(only, **sections, priorities=priorities).score


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, 1.0),
        ({"cip": "54.0101"}, 0.0),
        ({"credential": "bachelor"}, 0.4 + 0.6 * 0.7),
        ({"credential": "bootcamp"}, 0.4 + 0.6 * 0.45),
        ({"cip": "11.0101"}, 0.6),
    ],
)
def test_goal_is_field_times_level_where_no_topic_is_told(cells: dict[str, str], expected: float) -> None:
    plain = listing(**{"name": "A degree", **cells})
    assert value(plain, Criterion.GOAL, goal={"occupation": "15-2051"}) == pytest.approx(expected)


def test_what_is_taught_tells_more_of_the_job_than_the_field() -> None:
    goal = {"occupation": "15-2051"}
    lifted, near, far = (
        value(listing(name="A degree", cip=cip, topics=topics), Criterion.GOAL, goal=goal)
        for cip, topics in (
            ("14.0903", "machine learning"),
            ("52.1301", "machine learning"),
            ("52.1301", "supply chain"),
        )
    )
    assert (lifted, near, far) == pytest.approx((0.1 * 0.4 + 0.9, 0.1 * 0.8 + 0.9, 0.5 * 0.8))


def test_a_course_in_what_is_known_leads_nowhere_new_but_a_degree_does() -> None:
    goal, knows = {"occupation": "15-2041"}, {"statistics": "used_at_work"}
    course = listing(name="A course", credential="professional_certificate", cip="27.0501", topics="statistics")
    degree = dataclasses.replace(course, credential=Credential.MASTER)
    for known, less in ((course, True), (degree, False)):
        fresh = value(known, Criterion.GOAL, goal=goal)
        assert (value(known, Criterion.GOAL, goal=goal, subjects=knows) < fresh - 0.1) is less


def test_missing_subjects_keep_the_goal_away() -> None:
    asks = listing(name="A degree", req_statistics="one_course")
    missing, met = ({"statistics": level} for level in ("none", "one_course"))
    assert value(asks, Criterion.GOAL, goal={"occupation": "15-2051"}, subjects=met) == pytest.approx(1)
    assert value(asks, Criterion.GOAL, goal={"occupation": "15-2051"}, subjects=missing) == pytest.approx(0.6**0.5)


def test_goal_counts_the_credentials_wanted() -> None:
    wanted = {"goal": {"credentials": ["master"]}}
    assert value(listing(), Criterion.GOAL, **wanted) == 1
    assert value(listing(credential="bachelor"), Criterion.GOAL, **wanted) == 0.25


def test_an_occupation_outside_the_table_is_unknown_not_nothing() -> None:
    others = {c.value: "ignore" for c in Criterion if c is not Criterion.GOAL}
    match = match_on(listing(), goal={"occupation": "99-9999"}, priorities=others)
    assert match.contributions[Criterion.GOAL] == pytest.approx(PRIOR)
    assert (match.low, match.high) == (0, 1)
    assert "goal_occupation_unknown" in {caveat.code for caveat in match.caveats}


@pytest.mark.parametrize(
    ("price", "expected"),
    [("0", 1.0), ("10000", 1.0), ("15000", 0.95), ("20000", 0.9), ("25000", 0.45), ("30000", 0.0), ("90000", 0.0)],
)
def test_cost_falls_from_half_the_budget(price: str, expected: float) -> None:
    priced = listing(tuition_total_usd=price)
    assert value(priced, Criterion.COST, practical={"budget_usd": 20000}) == pytest.approx(expected)


def test_cost_unknown_is_the_prior_and_zero_is_real() -> None:
    assert value(listing(), Criterion.COST, practical={"budget_usd": 20000}) == pytest.approx(PRIOR)
    assert value(listing(tuition_total_usd="0"), Criterion.COST, practical={"budget_usd": 0}) == 1
    assert value(listing(tuition_total_usd="1"), Criterion.COST, practical={"budget_usd": 0}) == 0


def test_an_average_widens_the_interval() -> None:
    priced = listing(tuition_total_usd="15000", tuition_basis="institution_average")
    match = match_on(priced, practical={"budget_usd": 20000})
    assert match.low < match.score < match.high
    assert "cost_average" in {caveat.code for caveat in match.caveats}
    exact = match_on(dataclasses.replace(priced, tuition_basis=None), practical={"budget_usd": 20000})
    assert match.low < exact.low < exact.score < exact.high < match.high


@pytest.mark.parametrize(("months", "expected"), [("6", 1.0), ("12", 1.0), ("24", 0.9), ("30", 0.45), ("36", 0.0)])
def test_duration(months: str, expected: float) -> None:
    assert value(listing(months=months), Criterion.DURATION, practical={"months_max": 24}) == pytest.approx(expected)


def test_schedule_is_pace_and_hours() -> None:
    practical = {"pace": "part_time", "hours_per_week": 10}
    fits = listing(pace="part_time;full_time", hours_per_week="5")
    assert value(fits, Criterion.SCHEDULE, practical=practical) == 1
    assert value(listing(pace="full_time", hours_per_week="15"), Criterion.SCHEDULE, practical=practical) == 0.05
    assert value(listing(), Criterion.SCHEDULE, practical=practical) == pytest.approx(PRIOR)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"modality": "online", "states_authorized": "CA;NY"}, 1.0),
        ({"modality": "online", "states_authorized": "NY"}, 0.0),
        ({"modality": "online"}, 0.75),
        ({"modality": "on_campus", "latitude": "37.769", "longitude": "-122.424"}, 1.0),
        ({"modality": "on_campus", "latitude": "40.7", "longitude": "-74"}, 0.0),
        ({"modality": "on_campus", "state": "CA"}, 0.8),
        ({"modality": "on_campus", "state": "NY"}, 0.25),
        ({}, 0.25 + 0.4 * 0.4),
    ],
)
def test_place(cells: dict[str, str], expected: float) -> None:
    here = {"postal_code": "94110", "state": "CA"}
    assert value(listing(**cells), Criterion.PLACE, practical=here) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(("state", "most"), [("CA", 0.8), ("NY", 0.25), ("", 0.4)])
def test_an_unpublished_way_is_worth_no_more_than_the_campus_to_whoever_wants_one(state: str, most: float) -> None:
    wanted = {"practical": {"state": "CA", "modalities": ["hybrid", "on_campus"]}}
    known = value(listing(state=state, modality="hybrid"), Criterion.PLACE, **wanted)
    unknown = value(listing(state=state), Criterion.PLACE, **wanted)
    assert unknown <= known == pytest.approx(most)
    assert unknown == pytest.approx(min(most, 0.25 + 0.4 * most))


def test_a_student_abroad_who_named_no_radius_would_move() -> None:
    campus = listing(modality="on_campus", country="US", state="CA")
    wanted: dict[str, Any] = {
        "practical": {"country": "IN", "modalities": ["on_campus"]},
        "priorities": {"place": "must"},
    }
    assert value(campus, Criterion.PLACE, **wanted) == 0.25
    wanted["practical"]["radius_km"] = 50
    catalog = Catalog.from_listings([campus], "test")
    assert rank(Profile.from_json(wanted), catalog, DEFAULT_WEIGHTS).matches == ()


def test_place_takes_only_the_ways_the_student_accepts() -> None:
    campus = listing(modality="on_campus", state="CA")
    assert value(campus, Criterion.PLACE, practical={"modalities": ["online"], "state": "CA"}) == 0


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("rolling", 1.0),
        ("winter", 1.0),
        ("spring", 1.0),
        ("summer", 1 - 4 / 12),
        ("fall", 1 - 7 / 12),
        ("2026-05", PRIOR),
    ],
)
def test_start_from_november_within_three_months(terms: str, expected: float) -> None:
    soon = {"start_within_months": 3}
    assert value(listing(start_terms=terms), Criterion.START, practical=soon) == pytest.approx(expected)


def test_outcomes_are_shrunk_by_sample_and_source() -> None:
    cares = {"priorities": {"outcomes": "must"}}
    cells = {"outcome_rate": "1", "outcome_source": "audit"}
    few = value(listing(**cells, outcome_sample="5"), Criterion.OUTCOMES, **cares)
    many = value(listing(**cells, outcome_sample="980"), Criterion.OUTCOMES, **cares)
    unsourced = value(listing(outcome_rate="1", outcome_sample="980"), Criterion.OUTCOMES, **cares)
    assert few == pytest.approx(0.5 * (5 + 20 * PRIOR) / 25 + 0.5 * PRIOR)
    assert many == pytest.approx(0.5 * (980 + 20 * PRIOR) / 1000 + 0.5 * PRIOR)
    assert few < unsourced < many


ONLY_INTERESTS = {c.value: "ignore" for c in Criterion if c is not Criterion.INTERESTS}


def interested(*listings: Listing, **goal: Any) -> list[Match]:
    """The matches by interests alone."""
    profile = Profile.from_json({"goal": goal, "priorities": ONLY_INTERESTS})
    return list(rank(profile, Catalog.from_listings(listings, "test"), DEFAULT_WEIGHTS).matches)


def words(match: Match, code: str) -> list[Any]:
    return [reason.fact["words"] for reason in match.reasons if reason.code == code and reason.fact]


def test_interests_are_topics_and_words_and_the_words_explain() -> None:
    seeing = listing(name="MS", topics="computer vision;robotics", summary="For hospitals.")
    other = listing(program_id="two", name="MS", topics="databases", summary="For banks.")
    first, second = interested(seeing, other, interests=["CV"], words="systems for a hospital")
    assert (first.program_id, second.program_id) == ("one", "two")
    assert first.score > 0.85 > second.score == 0
    assert words(first, "interests_shared") == [["computer vision"], ["hospitals"]]
    assert "interests_none" in {caveat.code for caveat in second.caveats}


def test_a_word_of_a_phrase_is_not_the_phrase() -> None:
    clerks = listing(name="Data Processing Technician", topics="processing;natural resources")
    (match,) = interested(clerks, interests=["natural language processing"])
    assert words(match, "interests_shared") == []


def test_what_lies_near_counts_less_than_what_was_asked_for_and_more_than_nothing() -> None:
    exact, near, far = (
        listing(program_id=topics[:2], name="MS", topics=topics)
        for topics in ("quality control", "manufacturing", "music")
    )
    matches = interested(exact, near, far, interests=["statistics for factories", "quality control"])
    assert [match.program_id for match in matches] == ["qu", "ma", "mu"]
    assert matches[0].score > matches[1].score > matches[2].score == 0
    (only,) = interested(near, interests=["quality control"])
    assert 0 < only.score < 1
    assert words(only, "interests_near") == [["manufacturing"]]


def test_a_word_outside_the_table_is_found_as_it_stands() -> None:
    welding = listing(name="Welding Technology")
    baking = listing(program_id="two", name="Baking")
    first, _ = interested(welding, baking, interests=["welding"])
    assert first.program_id == "one"
    assert words(first, "interests_shared") == [["welding"]]


@pytest.mark.parametrize(
    ("has", "expected"), [("several_courses", 1.0), ("one_course", 1.0), ("self_study", 0.4), ("none", 0.12)]
)
def test_background_counts_missing_levels(has: str, expected: float) -> None:
    asks = listing(req_statistics="one_course")
    assert value(asks, Criterion.BACKGROUND, subjects={"statistics": has}) == pytest.approx(expected)


def test_whoever_told_no_subject_is_shown_open_doors_first() -> None:
    told = {"education": "bachelor"}
    levels = ("none", "one_course", "several_courses")
    doors = [listing(**{f"req_{subject.value}": level for subject in Subject}) for level in levels]
    values = [value(door, Criterion.BACKGROUND, background=told) for door in doors]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


def test_gaps_in_subjects_weigh_on_the_whole_background() -> None:
    asks = listing(req_statistics="one_course", req_calculus="several_courses", accepted_fields="any")
    lacks: dict[str, Any] = {
        "background": {"field": "45"},
        "subjects": {"statistics": "none", "calculus": "one_course"},
    }
    assert value(asks, Criterion.BACKGROUND, **lacks) == pytest.approx((2 * 1.0 + 0.2 + 0.5) / 4 * 0.6 * 0.8)
    unsaid = match_on(listing(accepted_fields="any"), **lacks)
    assert unsaid.low < (2 * 1.0) / 4 * 0.6 * 0.6 + 1e-9 < unsaid.score


@pytest.mark.parametrize(
    ("has", "expected"), [("bachelor", 1.0), ("master", 0.9), ("doctorate", 0.6), ("associate", 0.05)]
)
def test_background_is_neither_far_above_nor_below(has: str, expected: float) -> None:
    knows = {"databases": "one_course"}
    asks = listing(req_databases="none")
    fit = value(asks, Criterion.BACKGROUND, background={"education": has}, subjects=knows)
    assert fit == pytest.approx((3 * expected + 1) / 4)
