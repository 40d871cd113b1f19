"""From answers to a profile."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.student.person import ANSWERS
from webapp.domain.profile import Criterion, Profile
from webapp.domain.subject import Subject
from webapp.student.answers import STEPS, Step, profile_of
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


def test_a_place_counts_only_in_the_united_states() -> None:
    told = profile_of({"practicalities": {"country": "CA", "state": "TX", "postal_code": "94110"}}).to_json()
    assert told == {"practical": {"country": "CA"}}


def _options(step: Step, name: str) -> list[str]:
    field = step.form.restored(None, csrf=False)[name]
    return ["", *(option.value for option in field.all_options)]


FOLLOW_UPS = [(step, name) for step in STEPS for name in step.form.follow_ups]
SAMPLES = {"field": "45", "gpa": "3.4", "state": "TX", "postal_code": "94110", "radius_km": "80"}


@pytest.mark.parametrize(("step", "name"), FOLLOW_UPS, ids=lambda value: value if isinstance(value, str) else "")
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_an_answer_counts_exactly_while_nothing_rules_its_question_out(
    step: Step, name: str, data: st.DataObject
) -> None:
    """What the student answers to the questions before decides; an open question rules nothing out."""
    conditions = step.form.follow_ups[name]
    given_before = {each.question: data.draw(st.sampled_from(_options(step, each.question))) for each in conditions}
    said = {question: value for question, value in given_before.items() if value}
    ruled_out = any(said.get(when.question, "") not in {"", *when.answers} for when in conditions)
    form = step.form.restored({**said, name: SAMPLES[name]}, csrf=False)
    assert form.validate()
    assert (name in form.valid_draft()) is not ruled_out
    told = profile_of({step.slug: form.draft()}).to_json().get(step.section or "", {})
    assert (name in told) is not ruled_out
    assert form.counts(name) is not ruled_out
    assert not (form.is_shown(name) and ruled_out)


@pytest.mark.parametrize(("step", "name"), FOLLOW_UPS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistake_in_a_question_that_is_not_asked_is_none(step: Step, name: str) -> None:
    wrong = {
        each.question: "unknown" if "unknown" not in each.answers else "online" for each in step.form.follow_ups[name]
    }
    form = step.form.restored({**wrong, name: "?!"}, csrf=False)
    assert form.validate()
    assert name not in form.valid_draft()


def test_every_condition_names_questions_and_answers_there_are() -> None:
    for step, name in FOLLOW_UPS:
        order = list(step.form.restored(None, csrf=False)._fields)
        for when in step.form.follow_ups[name]:
            assert when.answers < set(_options(step, when.question))
            assert order.index(when.question) < order.index(name)


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
