"""The form: six steps, saved on the server, forgiving."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from tests.student.person import ANSWERS, STEPS, Page, Person, errors_of
from tests.student.secure import secure_person
from webapp.bootstrap import Runtime
from webapp.domain.ids import token_hash
from webapp.models import Draft, DraftStep

CONTACT = ("name", "mail", "phone", "tel")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_saved_and_shown_again_as_typed(person: Person, step: str) -> None:
    person.reach(step)
    response = person.answer(step)
    assert response.status_code == 303
    page = person.open(f"/match/{step}")
    for name, value in ANSWERS[step].items():
        for item in [value] if isinstance(value, str) else value:
            shown = [c for c in page.controls if c.get("value") == item and ("checked" in c or "selected" in c)]
            assert shown or item in page.html.replace("&#34;", '"').replace("&#39;", "'"), (name, item)


@pytest.mark.parametrize(
    ("step", "values", "words"),
    [
        ("goal", {"occupation": "15-0000"}, "Choose one of the options shown."),
        ("goal", {"words": "write to ana@example.com"}, "Leave e-mail addresses out of this box."),
        ("goal", {"words": "x" * 501}, "Shorten this to 500 characters."),
        ("goal", {"credentials": ["master", "unknown"]}, "only “Any of them, or I don't know”"),
        ("goal", {"interests": ",".join(f"topic {n}" for n in range(21))}, "Write at most 20 topics."),
        ("goal", {"interests": "y" * 81}, "Keep each topic short"),
        ("background", {"gpa": "4.5"}, "Write a number from 0 to 4."),
        ("background", {"gpa": "good"}, "Write a number, such as 3.4."),
        ("background", {"work_years": "-1"}, "Write a number from 0 to 70."),
        ("background", {"education": "wizard"}, "Choose one of the options shown."),
        ("subjects", {"calculus": "expert"}, "Choose one of the options shown."),
        ("practicalities", {"postal_code": "9411"}, "Write the ZIP code as five digits"),
        ("practicalities", {"country": "US", "postal_code": "!"}, "Write the ZIP code as five digits"),
        ("practicalities", {"budget_usd": "lots"}, "Write a number, such as 30,000."),
        ("practicalities", {"hours_per_week": "200"}, "Write a number from 1 to 100."),
        ("practicalities", {"months_max": "0"}, "Write a whole number from 1 to 240."),
        ("practicalities", {"modalities": ["carrier_pigeon"]}, "Choose from the options shown."),
        ("priorities", {"cost": "always"}, "Choose one of the options shown."),
    ],
)
def test_a_mistake_is_named_beside_the_field_and_in_the_summary(
    person: Person, step: str, values: dict[str, str | list[str]], words: str
) -> None:
    person.reach(step)
    response = person.answer(step, values)
    assert response.status_code == 422
    page = Page(response.text)
    assert any(words in line for line in errors_of(response))
    assert page.words.count(words) == 2
    assert "<title>Error: " in response.text
    for anchor in [address[1:] for tag, _, address in page.addresses if tag == "a" and address.startswith("#")]:
        assert anchor in page.ids


def test_a_mistake_keeps_what_was_typed(person: Person) -> None:
    person.reach("background")
    response = person.answer("background", {"education": "master", "gpa": "nine", "work_years": "2.5"})
    page = Page(response.text)
    assert 'value="nine"' in response.text
    assert 'value="2.5"' in response.text
    assert any(c.get("value") == "master" and "checked" in c for c in page.controls)


def test_nothing_is_ticked_or_filled_beforehand_and_nobody_is_asked_who_they_are(person: Person) -> None:
    for step in STEPS:
        page = person.open(f"/match/{step}")
        assert [name for name in page.ticked() if name] == []
        assert not any(word in name for name in page.names() for word in CONTACT)
        filled = [c for c in page.controls if c.get("type") in ("text", "number", "email") and c.get("value")]
        assert filled == []
        person.answer(step, ANSWERS["age"] if step == "age" else {})


def test_every_question_may_be_left_out(person: Person) -> None:
    results = person.finish({})
    page = person.open(results)
    assert "the order below means little" in page.words
    assert page.words.count("Rank ") >= 10


def test_progress_leads_to_what_was_answered_and_no_further(person: Person) -> None:
    person.reach("subjects")
    page = person.open("/match/subjects")
    steps = [address for _, _, address in page.addresses if address.startswith("/match/")]
    assert "Step 4 of 6" in page.words
    assert set(steps) == {"/match/age", "/match/goal", "/match/background", "/match/subjects"}


def test_a_step_ahead_leads_back_to_the_first_open_one(person: Person) -> None:
    assert person.client.get("/match/priorities").headers["Location"] == "/match/age"
    person.reach("background")
    assert person.client.get("/match/priorities").headers["Location"] == "/match/background"
    assert person.client.get("/match").headers["Location"] == "/match/background"


def test_back_saves_what_is_right_and_goes_back(person: Person) -> None:
    person.reach("background")
    response = person.answer("background", {"education": "master", "gpa": "nine"}, go="back")
    assert response.headers["Location"] == "/match/goal"
    page = person.open("/match/background")
    assert any(c.get("value") == "master" and "checked" in c for c in page.controls)
    assert "nine" not in page.html


def test_two_tabs_do_not_lose_each_others_answers(person: Person) -> None:
    person.finish()
    goal, background = person.open("/match/goal"), person.open("/match/background")
    person.send("/match/background", {"education": "doctorate"}, page=background)
    person.send("/match/goal", {"words": "Teach machines to read."}, page=goal)
    assert "Teach machines to read." in person.open("/match/goal").html
    assert any(c.get("value") == "doctorate" and "checked" in c for c in person.open("/match/background").controls)


def test_a_first_answer_in_a_second_tab_joins_the_same_form(person: Person, runtime: Runtime) -> None:
    one, two = person.open("/match/age"), person.open("/match/age")
    person.send("/match/age", ANSWERS["age"], page=one)
    first = person.client.get_cookie("draft")
    person.send("/match/age", ANSWERS["age"], page=two)
    second = person.client.get_cookie("draft")
    assert first is not None
    assert second is not None
    assert first.value == second.value


def _left_by(person: Person, results: str, runtime: Runtime) -> tuple[object, ...]:
    """What a finished form left: its rows without ids and moments, and the cookie without its token for forms."""
    with runtime.begin() as session:
        found = select(Draft).where(Draft.results_hash == token_hash(results.rpartition("/")[2]))
        made = session.scalars(found).one()
        steps = session.scalars(select(DraftStep).where(DraftStep.draft_id == made.id).order_by(DraftStep.step)).all()
        whole = (made.answers, made.earlier, made.attribution, made.token_version, made.completed_at is None)
        each = [(row.step, row.saves, row.shown_at is None, row.saved_at is None) for row in steps]
    held = person.client.get_cookie("draft")
    assert held is not None
    assert made.token_hash == token_hash(held.value)
    with person.client.session_transaction() as cookie:
        return whole, each, {**cookie, "csrf_token": len(cookie["csrf_token"])}


def test_a_form_that_tests_copy_is_as_one_that_was_filled_in(app: Flask, runtime: Runtime) -> None:
    one, two, three = (Person(app.test_client()) for _ in range(3))
    filled_in = _left_by(one, one.fill_in(), runtime)
    assert _left_by(two, two.finish(), runtime) == _left_by(three, three.finish(), runtime) == filled_in


def test_editing_after_the_list_leads_back_to_it(person: Person) -> None:
    results = person.finish()
    assert "Save and see your list" in person.open("/match/goal").html
    assert person.answer("goal", go="results").headers["Location"] == results
    assert person.answer("goal").headers["Location"] == "/match/background"


def test_the_cookie_is_kept_from_scripts_and_other_sites(person: Person) -> None:
    cookie = person.answer("goal").headers["Set-Cookie"]
    assert cookie.startswith("draft=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"):
        assert part in cookie


def test_over_https_the_cookie_is_bound_to_the_host(runtime: Runtime) -> None:
    cookie = secure_person(runtime).answer("goal").headers["Set-Cookie"]
    assert cookie.startswith("__Host-draft=")
    assert "Secure" in cookie


def test_starting_over_forgets_the_form_on_this_device(person: Person) -> None:
    results = person.finish()
    home = person.open("/")
    assert "See your results" in home.html
    person.send("/match/start-over", {}, page=home)
    assert person.client.get_cookie("draft") is None
    assert "See your results" not in person.open("/").html
    assert person.open(results)


def test_a_forged_cookie_is_a_new_beginning(person: Person) -> None:
    person.client.set_cookie("draft", "A" * 43)
    assert person.client.get("/match/background").headers["Location"] == "/match/age"
    assert person.answer("age").status_code == 303


def test_where_the_student_came_from_is_kept_cleaned_and_bounded(person: Person, runtime: Runtime) -> None:
    tags = "utm_source=guide&utm_medium=<b>&utm_campaign=ana@example.com%20fall&utm_term=" + "x" * 500
    person.open(f"/about?{tags}&other=1")
    person.open("/?utm_source=later")
    person.answer("goal")
    engine = create_engine(runtime.settings.database_url or "")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT attribution FROM drafts ORDER BY created_at DESC LIMIT 1")).scalar_one()
    engine.dispose()
    assert kept == {
        "utm_source": "guide",
        "utm_medium": "b",
        "utm_campaign": "fall",
        "utm_term": "x" * 120,
        "landing_url": "http://localhost/about",
    }


def test_an_unknown_step_is_not_found(person: Person) -> None:
    assert person.client.get("/match/shoe-size").status_code == 404


def test_a_step_without_the_token_is_refused(app: Flask) -> None:
    response = app.test_client().post("/match/goal", data={"words": "hello"})
    assert response.status_code == 400
    assert "This page was open for too long" in response.text
