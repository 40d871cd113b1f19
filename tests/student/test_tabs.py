"""Two tabs, two devices, back and refresh: nothing is lost, and a save that replaces something newer says so."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from tests.student.person import ANSWERS, STEPS, Person
from webapp.bootstrap import Runtime
from webapp.student.answers import find_step
from webapp.student.tabs import mark, replaced

WARNING = "was changed in another tab or on another device"


@pytest.fixture
def form_context(app: Flask) -> Iterator[None]:
    """For forms that are made outside a request."""
    with app.app_context():
        yield


def test_a_save_that_replaces_something_newer_says_what(person: Person) -> None:
    person.reach("background")
    person.answer("background", {"education": "bachelor", "gpa": "3.1"})
    one, two = person.open("/match/background"), person.open("/match/background")
    person.send("/match/background", {"education": "master", "gpa": "3.9", "seen": one.hidden("seen")}, page=one)
    person.send("/match/background", {"education": "bachelor", "gpa": "2.0", "seen": two.hidden("seen")}, page=two)
    words = person.open("/match/subjects").words
    assert WARNING in words
    assert "(it was: Master's degree)" in words
    assert "(it was: 3.9 of 4)" in words
    kept = person.open("/match/background")
    assert any(c.get("name") == "gpa" and c.get("value") == "2.0" for c in kept.controls)


def test_it_says_so_also_after_a_mistake_in_between(person: Person) -> None:
    person.reach("background")
    person.answer("background", {"gpa": "3.1"})
    page = person.open("/match/background")
    person.answer("background", {"gpa": "3.9"})
    response = person.send("/match/background", {"gpa": "nine", "seen": page.hidden("seen")}, page=page)
    assert response.status_code == 422
    assert f'name="seen" value="{page.hidden("seen")}"' in response.text
    person.send("/match/background", {"gpa": "2.0", "seen": page.hidden("seen")}, page=page)
    assert WARNING in person.open("/match/subjects").words


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_save_of_what_was_shown_says_nothing(person: Person, step: str) -> None:
    person.reach(step)
    person.answer(step)
    page = person.open(f"/match/{step}")
    response = person.send(f"/match/{step}", {**ANSWERS[step], "seen": page.hidden("seen")}, page=page)
    assert WARNING not in person.open(response.headers["Location"]).words


def test_sending_the_same_page_twice_says_nothing(person: Person) -> None:
    person.reach("goal")
    page = person.open("/match/goal")
    for _ in range(2):
        person.send("/match/goal", {**ANSWERS["goal"], "seen": page.hidden("seen")}, page=page)
    assert WARNING not in person.open("/match/background").words


@pytest.mark.usefixtures("form_context")
def test_a_mark_changes_with_the_answers_and_only_with_them() -> None:
    assert mark(None) == ""
    assert mark({"a": "1", "b": ["2"]}) == mark({"b": ["2"], "a": "1"})
    assert mark({"a": "1"}) != mark({"a": "2"})
    step = find_step("background")
    assert step is not None
    assert replaced(step, None, {"gpa": "3"}, {"gpa": "4"}) == []
    assert replaced(step, "", {"gpa": "3"}, {"gpa": "3"}) == []
    assert replaced(step, "", {"education": "", "gpa": "3"}, {"education": "master", "gpa": "3"}) == [
        "What is the highest level of education you have finished? (it was: not answered)"
    ]


def test_leaving_a_page_with_a_mistake_says_what_was_not_kept(person: Person) -> None:
    person.reach("background")
    for go, target in (("back", "/match/goal"), ("later", "/match/later")):
        response = person.answer("background", {"education": "master", "gpa": "nine"}, go=go)
        assert response.headers["Location"] == target
        assert "Write a number, such as 3.4." in person.open(target).words
        assert any(c.get("value") == "master" and "checked" in c for c in person.open("/match/background").controls)


def test_when_steps_were_shown_and_saved_is_known_without_a_name(person: Person, runtime: Runtime) -> None:
    person.reach("subjects")
    person.answer("background")
    engine = create_engine(runtime.settings.database_url or "")
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT step, shown_at, saved_at, saved_last_at, saves FROM draft_steps WHERE draft_id = "
                "(SELECT id FROM drafts ORDER BY created_at DESC LIMIT 1)"
            )
        ).all()
    engine.dispose()
    told = {row.step: row for row in rows}
    assert {step: row.saves for step, row in told.items()} == {"age": 1, "goal": 1, "background": 2, "subjects": 0}
    assert told["age"].shown_at is None
    assert told["goal"].shown_at == told["age"].saved_at
    assert told["background"].saved_at < told["background"].saved_last_at
    assert told["subjects"].shown_at == told["background"].saved_at
    assert told["subjects"].saved_at is None
