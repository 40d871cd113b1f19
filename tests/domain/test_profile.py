"""The profile: what it accepts, what it refuses, and that nothing is lost on the way."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.engine_inputs import profile_objects
from webapp.domain.profile import Criterion, Profile
from webapp.domain.profile_reader import ProfileError
from webapp.domain.subject import Subject, SubjectLevel

FULL: dict[str, Any] = {
    "goal": {
        "occupation": "15-2051",
        "words": "build ML systems for hospitals",
        "credentials": ["master", "bootcamp"],
        "interests": ["computer vision"],
    },
    "background": {"education": "bachelor", "field": "45", "gpa": 3.4, "work_years": 3, "english": "native"},
    "subjects": {
        "programming": "one_course",
        "statistics": "several_courses",
        "calculus": "one_course",
        "linear_algebra": "none",
        "databases": "self_study",
        "machine_learning": "unknown",
    },
    "practical": {
        "modalities": ["online", "hybrid"],
        "country": "US",
        "state": "CA",
        "postal_code": "94110",
        "radius_km": 80,
        "pace": "part_time",
        "hours_per_week": 15,
        "start_within_months": 6,
        "budget_usd": 30000,
        "months_max": 24,
    },
    "priorities": {
        "goal": "must",
        "background": "important",
        "cost": "important",
        "duration": "nice",
        "schedule": "important",
        "place": "nice",
        "start": "ignore",
        "outcomes": "nice",
        "interests": "important",
    },
}


def problems(obj: object) -> dict[str, str]:
    with pytest.raises(ProfileError) as caught:
        Profile.from_json(obj)
    return {problem.path: f"{problem.problem}; {problem.remedy}" for problem in caught.value.problems}


def test_the_example_of_the_interface_round_trips() -> None:
    assert Profile.from_json(FULL).to_json() == FULL


def test_an_empty_object_says_nothing() -> None:
    profile = Profile.from_json({})
    assert profile == Profile()
    assert profile.to_json() == {}


@given(profile_objects())
def test_reading_what_was_written_gives_the_same_profile(obj: dict[str, Any]) -> None:
    profile = Profile.from_json(obj)
    assert Profile.from_json(profile.to_json()) == profile
    assert profile.to_json() == {section: part for section, part in obj.items() if part}


def test_every_problem_is_reported_at_once_by_its_path() -> None:
    found = problems(
        {
            "name": "Ada",
            "goal": {"email": "a@b.example", "occupation": "data", "credentials": ["masters"]},
            "background": {"education": "phd", "gpa": 4.5, "field": "99"},
            "subjects": {"statistics": "lots", "physics": "none"},
            "practical": {"budget_usd": -1, "months_max": "two", "state": "ZZ", "modalities": "online"},
            "priorities": {"cost": "high"},
        }
    )
    assert set(found) == {
        "name",
        "goal.email",
        "goal.occupation",
        "goal.credentials[0]",
        "background.education",
        "background.gpa",
        "background.field",
        "subjects.statistics",
        "subjects.physics",
        "practical.budget_usd",
        "practical.months_max",
        "practical.state",
        "practical.modalities",
        "priorities.cost",
    }
    assert "professional_certificate" in found["goal.credentials[0]"]
    assert "must, important, nice, ignore" in found["priorities.cost"]


@pytest.mark.parametrize("key", ["name", "email", "phone", "partner", "price_per_lead", "cap", "address"])
@pytest.mark.parametrize("section", [None, "goal", "background", "practical"])
def test_identity_and_commerce_cannot_be_said(key: str, section: str | None) -> None:
    obj = {key: "x"} if section is None else {section: {key: "x"}}
    assert list(problems(obj)) == [key if section is None else f"{section}.{key}"]


def test_free_text_refuses_an_email_address_and_control_characters() -> None:
    assert "e-mail" in problems({"goal": {"words": "write to ada@school.example"}})["goal.words"]
    assert "control" in problems({"goal": {"interests": ["vision\x00"]}})["goal.interests[0]"]
    assert "control" in problems({"goal": {"words": "a\u202eb"}})["goal.words"]
    assert Profile.from_json({"goal": {"words": "line one\nline two"}}).goal.words == "line one\nline two"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("goal.words", "x" * 501),
        ("goal.words", "  "),
        ("goal.interests", ["x" * 81]),
        ("goal.interests", ["a"] * 21),
        ("goal.credentials", ["master", "master"]),
        ("practical.budget_usd", True),
        ("practical.budget_usd", math.nan),
        ("practical.budget_usd", math.inf),
        ("practical.budget_usd", 10_000_001),
        ("practical.budget_usd", 0.001),
        ("practical.radius_km", 0),
        ("practical.country", "USA"),
        ("practical.postal_code", "9411O!"),
        ("background.gpa", None),
        ("subjects.programming", None),
    ],
)
def test_values_out_of_bounds_are_refused(path: str, value: object) -> None:
    section, key = path.split(".")
    assert all(found.startswith(path) for found in problems({section: {key: value}}))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_input_breaks_the_reader(obj: object) -> None:
    try:
        read = Profile.from_json(obj)
    except ProfileError as error:
        read = None
        found = error.problems
    assert isinstance(read, Profile) or found


def test_a_state_of_another_country_is_not_held_against_the_us_list() -> None:
    assert Profile.from_json({"practical": {"country": "CA", "state": "ON"}}).practical.state == "ON"
    assert "practical.postal_code" in problems({"practical": {"country": "US", "postal_code": "K1A 0B1"}})


def test_unknown_is_not_a_known_level_but_none_is() -> None:
    subjects = Profile.from_json({"subjects": {"calculus": "unknown", "databases": "none"}}).subjects
    assert subjects.known(Subject.CALCULUS) is None
    assert subjects.known(Subject.DATABASES) is SubjectLevel.NONE
    assert subjects.known(Subject.STATISTICS) is None


def test_every_criterion_has_a_priority() -> None:
    profile = Profile.from_json(FULL)
    assert all(profile.priorities.of(criterion) is not None for criterion in Criterion)


def test_money_is_kept_in_cents() -> None:
    assert Profile.from_json({"practical": {"budget_usd": 30000.5}}).practical.budget_cents == 3_000_050


def test_stated_names_every_answer_by_its_path() -> None:
    assert Profile.from_json({"practical": {"budget_usd": 5}, "goal": {"words": "x"}}).stated() == {
        "goal.words": "x",
        "practical.budget_usd": 5,
    }
