"""Verdicts, hard limits, bridges and what-ifs on small catalogues."""

from datetime import date
from typing import Any

import pytest

from tests.matching.test_criteria import listing
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Profile
from webapp.domain.subject import Subject
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Ranking, rank

PUBLISHED = {
    "min_education": "bachelor",
    "accepted_fields": "any",
    **{f"req_{subject.value}": "none" for subject in Subject},
}


def ranked(obj: dict[str, Any], *listings: Listing) -> Ranking:
    catalog = Catalog.from_listings(listings, "test")
    return rank(Profile.from_json(obj), catalog, DEFAULT_WEIGHTS, today=date(2026, 11, 22))


GRADUATE = {"background": {"education": "bachelor"}}


@pytest.mark.parametrize(
    ("cells", "obj", "verdict"),
    [
        (PUBLISHED, GRADUATE, "eligible"),
        ({}, GRADUATE, "likely"),
        ({}, {}, "unknown"),
        (PUBLISHED, {"background": {"education": "associate"}}, "not_yet"),
        ({}, {"background": {"education": "associate"}}, "not_yet"),
        ({**PUBLISHED, "min_gpa": "3.5"}, GRADUATE, "unknown"),
        ({**PUBLISHED, "min_gpa": "3.5"}, {"background": {"education": "bachelor", "gpa": 3.4}}, "not_yet"),
        ({**PUBLISHED, "min_gpa": "3.5"}, {"background": {"education": "bachelor", "gpa": 3.5}}, "eligible"),
        (
            {**PUBLISHED, "accepted_fields": "11;27"},
            {"background": {"education": "bachelor", "field": "45"}},
            "not_yet",
        ),
        (
            {**PUBLISHED, "accepted_fields": "any_with_prerequisites"},
            {"background": {"education": "bachelor", "field": "45"}},
            "eligible",
        ),
        ({**PUBLISHED, "req_calculus": "one_course"}, {**GRADUATE, "subjects": {"calculus": "unknown"}}, "unknown"),
        ({**PUBLISHED, "req_calculus": "one_course"}, {**GRADUATE, "subjects": {"calculus": "self_study"}}, "not_yet"),
        ({**PUBLISHED, "min_work_years": "2"}, {"background": {"education": "bachelor", "work_years": 1}}, "not_yet"),
        ({**PUBLISHED, "min_english": "c1"}, {"background": {"education": "bachelor", "english": "b2"}}, "not_yet"),
        (
            {**PUBLISHED, "modality": "online", "states_authorized": "NY"},
            {**GRADUATE, "practical": {"state": "CA"}},
            "not_yet",
        ),
        ({**PUBLISHED, "modality": "online"}, {**GRADUATE, "practical": {"state": "CA"}}, "likely"),
        (
            {**PUBLISHED, "modality": "online;on_campus", "states_authorized": "NY"},
            {**GRADUATE, "practical": {"state": "CA"}},
            "eligible",
        ),
    ],
)
def test_verdicts(cells: dict[str, str], obj: dict[str, Any], verdict: str) -> None:
    (match,) = ranked(obj, listing(**cells)).matches
    assert match.verdict == verdict


def test_a_bridge_the_student_may_enter_makes_it_conditional_and_a_course_makes_it_eligible() -> None:
    target = listing(program_id="target", **{**PUBLISHED, "req_statistics": "one_course"})
    course = listing(
        program_id="course", credential="professional_certificate", bridge_for="statistics", months="2",
        tuition_total_usd="500", min_education="high_school",
    )  # fmt: skip
    closed = listing(program_id="closed", credential="professional_certificate", bridge_for="statistics", min_gpa="4")
    obj = {"background": {"education": "bachelor", "gpa": 3}, "subjects": {"statistics": "none"}}
    result = ranked(obj, target, course, closed)
    match = next(match for match in result.matches if match.program_id == "target")
    assert match.verdict == "conditional"
    assert [gap.to_json() for gap in match.gaps] == [
        {"rule": "subject.statistics", "needs": "one_course", "has": "none", "bridges": ["course"]}
    ]
    (what_if,) = match.counterfactuals
    assert what_if.to_json()["change"] == {"subjects.statistics": "one_course"}
    assert what_if.verdict == "eligible"
    (way,) = result.to_json()["pathways"]
    assert [step["program_id"] for step in way["steps"]] == ["course", "target"]
    assert way["months"] is None
    assert ranked(obj, target, closed).matches[-1].verdict == "not_yet"


def test_a_bridge_below_the_level_asked_for_closes_nothing() -> None:
    target = listing(program_id="target", **{**PUBLISHED, "req_statistics": "several_courses"})
    course = listing(program_id="course", credential="bootcamp", bridge_for="statistics:one_course")
    verdicts = {
        m.program_id: m.verdict
        for m in ranked({**GRADUATE, "subjects": {"statistics": "none"}}, target, course).matches
    }
    assert verdicts["target"] == "not_yet"


def test_a_bridge_to_one_program_closes_field_and_subjects_there_only() -> None:
    asks = {**PUBLISHED, "accepted_fields": "11", "req_calculus": "one_course"}
    named, other = listing(program_id="named", **asks), listing(program_id="other", **asks)
    bridge = listing(program_id="bridge", credential="graduate_certificate", bridge_for="program:named")
    obj = {"background": {"education": "bachelor", "field": "54"}, "subjects": {"calculus": "none"}}
    verdicts = {match.program_id: match.verdict for match in ranked(obj, named, other, bridge).matches}
    assert verdicts == {"bridge": "likely", "named": "conditional", "other": "not_yet"}


@pytest.mark.parametrize(
    ("criterion", "practical", "fits", "breaks"),
    [
        ("cost", {"budget_usd": 100}, {"tuition_total_usd": "100"}, {"tuition_total_usd": "100.01"}),
        ("duration", {"months_max": 12}, {"months": "12"}, {"months": "12.1"}),
        ("schedule", {"pace": "part_time"}, {"pace": "part_time"}, {"pace": "full_time"}),
        ("schedule", {"hours_per_week": 10}, {"hours_per_week": "10"}, {"hours_per_week": "11"}),
        ("start", {"start_within_months": 2}, {"start_terms": "winter"}, {"start_terms": "spring"}),
        ("place", {"modalities": ["online"]}, {"modality": "online"}, {"modality": "hybrid"}),
        ("place", {"state": "CA"}, {"modality": "on_campus", "state": "CA"}, {"modality": "on_campus", "state": "NY"}),
        (
            "place",
            {"postal_code": "94110", "radius_km": 50},
            {"modality": "on_campus", "latitude": "37.8", "longitude": "-122.3"},
            {"modality": "on_campus", "latitude": "38.6", "longitude": "-121.5"},
        ),
    ],
)
def test_a_must_excludes_what_is_known_to_break_it_and_counts_it(
    criterion: str, practical: dict[str, Any], fits: dict[str, str], breaks: dict[str, str]
) -> None:
    obj = {"practical": practical, "priorities": {criterion: "must"}}
    listings = [listing(program_id="fits", **fits), listing(program_id="breaks", **breaks), listing(program_id="blank")]
    result = ranked(obj, *listings)
    assert {match.program_id for match in result.matches} == {"fits", "blank"}
    assert result.excluded == {criterion: 1}
    assert result.considered == 3
    assert len(ranked({**obj, "priorities": {criterion: "important"}}, *listings).matches) == 3


def test_goal_and_background_as_musts() -> None:
    listings = [listing(program_id="ms"), listing(program_id="bs", credential="bachelor")]
    obj: dict[str, Any] = {"goal": {"credentials": ["bachelor"]}, "priorities": {"goal": "must"}}
    assert ranked(obj, *listings).excluded == {"goal": 1}
    young = {"background": {"education": "high_school"}, "priorities": {"background": "must"}}
    assert [match.program_id for match in ranked(young, *listings).matches] == ["bs"]


def test_a_program_that_breaks_two_limits_is_counted_once() -> None:
    obj = {"practical": {"budget_usd": 1, "months_max": 1}, "priorities": {"cost": "must", "duration": "must"}}
    assert ranked(obj, listing(tuition_total_usd="2", months="2")).excluded == {"duration": 1}


def test_nothing_said_is_said_and_free_and_open_comes_first() -> None:
    levels = {f"req_{subject}": "none" for subject in ("programming", "statistics", "calculus")}
    free = listing(program_id="free", credential="professional_certificate", tuition_total_usd="0", **levels)
    dear = listing(program_id="dear", tuition_total_usd="90000")
    first, last = ranked({}, dear, free).matches
    assert (first.program_id, last.program_id) == ("free", "dear")
    assert first.reasons == ()
    assert all("nothing_said" in {caveat.code for caveat in match.caveats} for match in (first, last))
    assert "cost_untold" in {caveat.code for caveat in last.caveats}


def test_where_all_is_ignored_nothing_is_known() -> None:
    (match,) = ranked({"priorities": dict.fromkeys((c.value for c in Criterion), "ignore")}, listing()).matches
    assert (match.low, match.coverage) == (0, 0)
    assert match.high == pytest.approx(1)
    assert match.score > 0


def test_an_empty_catalogue_and_no_places_give_no_matches() -> None:
    assert ranked({}).matches == ()
    catalog = Catalog.from_listings([listing()], "test")
    assert rank(Profile(), catalog, DEFAULT_WEIGHTS, 0).matches == ()


def test_an_id_may_stand_only_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Catalog.from_listings([listing(), listing()], "test")


def test_ties_are_broken_by_coverage_then_freshness_then_salt_never_by_name() -> None:
    fresh = listing(program_id="z", institution="Z", verified_on="2026-11-01")
    old = listing(program_id="a", institution="A", verified_on="2026-01-01")
    assert [match.program_id for match in ranked(GRADUATE, old, fresh).matches] == ["z", "a"]
    same = [listing(program_id=f"p{n}", institution=f"I{n}") for n in range(12)]
    catalog = Catalog.from_listings(same, "test")
    orders = {
        tuple(m.program_id for m in rank(Profile(), catalog, DEFAULT_WEIGHTS, 12, salt=bytes([salt])).matches)
        for salt in range(8)
    }
    assert len(orders) == 8
