"""From answers to a profile."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.student.person import ANSWERS
from webapp.domain.profile import Criterion, Profile
from webapp.domain.subject import Subject
from webapp.student.answers import STEPS, profile_of
from webapp.student.forms.text import phrases


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_no_answers_make_an_empty_profile() -> None:
    assert profile_of({}) == Profile()


def test_whole_answers_make_the_profile_of_the_interface() -> None:
    assert profile_of(ANSWERS).to_json() == {
        "goal": {
            "occupation": "15-2051",
            "words": "Build tools that help hospitals plan their staff.",
            "credentials": ["bootcamp", "master"],
            "interests": ["computer vision", "public health"],
        },
        "background": {"education": "bachelor", "field": "45", "gpa": 3.4, "work_years": 3.0, "english": "native"},
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
            "hours_per_week": 15.0,
            "start_within_months": 12,
            "budget_usd": 30000,
            "months_max": 30,
        },
        "priorities": {"goal": "important", "background": "important", "cost": "nice", "outcomes": "ignore"},
    }


def test_not_knowing_is_never_a_value() -> None:
    unknown = {
        step.slug: {
            field.name: ["unknown"] for field in step.form.restored(None, csrf=False) if hasattr(field, "chosen")
        }
        for step in STEPS
    }
    told = profile_of(unknown).to_json()
    assert told == {"subjects": {subject.value: "unknown" for subject in Subject}}


def test_an_answer_that_is_no_longer_offered_counts_as_not_given() -> None:
    assert profile_of({"goal": {"occupation": "99-9999", "credentials": ["sorcery"]}}) == Profile()


def test_another_job_is_no_occupation() -> None:
    assert profile_of({"goal": {"occupation": "other"}}) == Profile()


def test_a_state_counts_only_in_the_united_states() -> None:
    told = profile_of({"practicalities": {"country": "CA", "state": "TX", "postal_code": "M5V 2T6"}}).to_json()
    assert told == {"practical": {"country": "CA", "postal_code": "M5V 2T6"}}


def test_every_criterion_has_a_row() -> None:
    priorities = {criterion.value: "must" for criterion in Criterion}
    assert profile_of({"priorities": priorities}).to_json() == {"priorities": priorities}


@given(st.text(max_size=600))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_text_makes_a_profile_that_reads_back(text: str) -> None:
    step = next(step for step in STEPS if step.slug == "goal")
    form = step.form.restored({"words": text, "interests": text}, csrf=False)
    form.validate()
    profile = profile_of({"goal": form.valid_draft()})
    assert Profile.from_json(profile.to_json()) == profile


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, []),
        (" , ;\n", []),
        ("computer vision, Robotics;robotics\nhealth  care", ["computer vision", "Robotics", "health care"]),
    ],
)
def test_topics_are_split_and_named_once(text: str | None, found: list[str]) -> None:
    assert phrases(text) == found
