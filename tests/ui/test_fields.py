"""Fields read what people send, remember it, and say in plain words what to mend."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.gallery import LEVELS, StepForm
from webapp.ui.choices import CheckboxesField, Option, RadioField
from webapp.ui.fields import clean_text
from webapp.ui.forms import PAGE_WAS_OPEN_LONG, BaseForm

RIGHT: dict[str, str | list[str]] = {
    "goal_words": "build ML systems",
    "education": "bachelor",
    "modalities": ["online", "hybrid"],
    "gpa": "3,4",
    "budget": "$30,000",
    "hours": "15",
    "start": "2027-01-15",
    "email": "Sam@EXAMPLE.com",
    "phone": "+1 (415) 555-0134",
    "programming": "unknown",
    "statistics": "one_course",
}


def filled(gallery: Flask, **changes: Any) -> StepForm:
    """The step form with right answers but for ``changes``, validated."""
    with gallery.test_request_context():
        form = StepForm.restored({**RIGHT, **changes}, csrf=False)
        form.validate()
        return form


def test_right_answers_are_read(gallery: Flask) -> None:
    form = filled(gallery)
    assert form.errors_in_order() == []
    assert form.gpa.data == 3.4
    assert form.budget.data == 30000
    assert str(form.start.data) == "2027-01-15"
    assert form.email.data == "Sam@example.com"
    assert form.modalities.data == ["online", "hybrid"]
    assert form.role.data is None
    assert form.first_name.data is None
    assert form.consent.data is False


def test_i_dont_know_is_an_answer_without_a_value(gallery: Flask) -> None:
    form = filled(gallery)
    assert form.programming.data is None
    assert form.programming.chosen == "unknown"
    assert form.programming.is_answered
    assert not form.linear_algebra.is_answered


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("goal_words", " ", "Write what you want to do, or choose a role below."),
        ("goal_words", "x" * 2002, "Shorten this to 2,000 characters. It is 2 too long."),
        ("education", "", "Choose your level of education, or “I don't know”."),
        ("education", "wizard", "Choose one of the options shown."),
        ("modalities", [], "Choose at least one way to study."),
        ("modalities", ["online", "moon"], "Choose from the options shown."),
        ("gpa", "5", "Write a number from 0 to 4."),
        ("gpa", "high", "Write a number, such as 3.4."),
        ("budget", "12.5", "Write a whole number, such as 12."),
        ("budget", "-1", "Write a whole number from 0 to 1,000,000."),
        ("hours", "", "Write the hours."),
        ("start", "next fall", "Write the date as year-month-day, such as 2027-01-15."),
        ("email", "", "Write your e-mail address."),
        ("email", "sam@", "Check the e-mail address. It should look like name@example.com."),
        ("phone", "12", "Check the phone number. It should look like 415 555 0134 or +1 415 555 0134."),
        ("phone", "call me", "Check the phone number. It should look like 415 555 0134 or +1 415 555 0134."),
    ],
)
def test_each_mistake_has_one_message_that_says_what_to_do(
    gallery: Flask, name: str, value: str | list[str], message: str
) -> None:
    errors = filled(gallery, **{name: value}).errors_in_order()
    assert [(error.name, error.text) for error in errors] == [(name, message)]


def test_errors_come_in_the_order_of_the_page_and_lead_to_the_control(gallery: Flask) -> None:
    form = filled(gallery, email="", education="", hours="0")
    assert [error.anchor for error in form.errors_in_order()] == ["education-0", "hours", "email"]


def test_a_draft_restores_what_was_typed_right_or_wrong(gallery: Flask) -> None:
    draft = filled(gallery, gpa="five", password="secret", website="spam").draft()
    assert draft["gpa"] == "five"
    assert draft["budget"] == "$30,000"
    assert draft["programming"] == "unknown"
    assert "password" not in draft
    assert "website" not in draft
    with gallery.test_request_context():
        assert StepForm.restored(draft, csrf=False).draft() == draft
        assert StepForm.restored(None).draft()["goal_words"] == ""


def test_a_page_left_open_is_told_in_words(gallery: Flask) -> None:
    with gallery.test_request_context(method="POST", data=RIGHT):
        form = StepForm()
        assert not form.validate()
        assert [error.text for error in form.errors_in_order()] == [PAGE_WAS_OPEN_LONG]


def test_the_trap_tells_who_fell_in(gallery: Flask) -> None:
    assert filled(gallery, website="http://spam.example").website.is_tripped
    assert not filled(gallery).website.is_tripped
    assert not filled(gallery, website="").website.is_tripped


class FewForm(BaseForm):
    """Limits on groups."""

    levels = RadioField("Level", options=LEVELS, unknown=None)
    interests = CheckboxesField(
        "Interests", options=[Option("a", "A"), Option("b", "B"), Option("c", "C")], unknown="I don't know", at_most=2
    )


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        (["b", "a"], []),
        (["unknown"], []),
        (["a", "b", "c"], ["Choose at most 2. You have chosen 3."]),
        (["a", "unknown"], ["Choose the options that fit, or only “I don't know”."]),
    ],
)
def test_groups_of_boxes(gallery: Flask, sent: list[str], messages: list[str]) -> None:
    with gallery.test_request_context():
        form = FewForm.restored({"interests": sent}, csrf=False)
        form.validate()
        assert list(form.interests.errors) == messages
        assert form.interests.data == [value for value in ("a", "b", "c") if value in sent]


def test_a_field_without_i_dont_know_refuses_it(gallery: Flask) -> None:
    with gallery.test_request_context():
        form = FewForm.restored({"levels": "unknown"}, csrf=False)
        assert not form.validate()


@given(st.text())
def test_cleaned_text_is_stable_and_can_be_stored(text: str) -> None:
    tidy = clean_text(text)
    assert tidy is None or (tidy and "\x00" not in tidy and clean_text(tidy) == tidy)
