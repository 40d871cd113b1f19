"""The request under the list: asked for once, stored once, never by accident."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests.student.person import ANSWERS, Page, Person, errors_of, request_values
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts
from webapp.context import RATE_LIMIT_MARK
from webapp.domain.clock import FrozenClock
from webapp.settings import Environment
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, TRAP_FILLED
from webapp.student.results import MOST_REQUESTS


@pytest.fixture
def results(person: Person) -> str:
    """The path of a list with partners on it."""
    return person.finish()


@pytest.fixture
def database(runtime: Runtime) -> Engine:
    """The engine of the database the application uses."""
    return runtime.engine


def count(database: Engine, table: str, where: str = "true", **values: object) -> int:
    """How many rows of a table there are."""
    with database.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"), values).scalar_one())


def test_mail_alone_needs_only_an_address(person: Person, results: str, database: Engine) -> None:
    response = person.ask(results, mail="y", email="Only.Mail@Student.Example")
    assert response.status_code == 303
    page = person.open(response.headers["Location"])
    assert "Your mail is about to leave" in page.words
    assert "No school has your details from us." in page.words
    assert count(database, "prospects", "email = 'Only.Mail@student.example' AND first_name IS NULL") == 1


def test_an_introduction_stores_the_words_that_were_shown(person: Person, results: str, database: Engine) -> None:
    page = person.open(results)
    values = request_values(page) | {
        "email": "words@student.example",
        "channels": ["email", "text"],
        "phone": "(415) 555-0134",
    }
    response = person.ask(results, page=page, **values)
    assert response.status_code == 303, errors_of(response)
    with database.connect() as connection:
        row = connection.execute(
            text(
                "SELECT c.text, c.channels, c.legal_entity, p.phone FROM consents c JOIN prospects p "
                "ON p.id = c.prospect_id WHERE p.email = 'words@student.example' AND c.purpose = 'introduction'"
            )
        ).one()
    assert row.text in page.words
    assert row.legal_entity in row.text
    assert row.channels == ["email", "text"]
    assert row.phone == "+14155550134"
    assert row.text in person.open(response.headers["Location"]).words


def test_a_phone_number_nobody_may_use_is_not_kept(person: Person, results: str, database: Engine) -> None:
    page = person.open(results)
    values = request_values(page) | {"email": "nophone@student.example", "phone": "415 555 0134"}
    assert person.ask(results, page=page, **values).status_code == 303
    assert count(database, "prospects", "email = 'nophone@student.example' AND phone IS NULL") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mail": "", "schools": []}, "Tick this box or at least one school."),
        ({"email": ""}, "Write your e-mail address"),
        ({"email": "ana@"}, "Check the e-mail address."),
        ({"email": "ana@student.example\r\nBcc: all@student.example"}, "Check the e-mail address."),
        ({"channels": []}, "Tick at least one way"),
        ({"channels": ["fax"]}, "Choose from the options shown."),
        ({"first_name": ""}, "Write your first name"),
        ({"last_name": " "}, "Write your last name"),
        ({"first_name": "x" * 81}, "Shorten this to 80 characters."),
        ({"adult": ""}, "We introduce only people of 18 or older."),
        ({"channels": ["phone"]}, "Write your phone number"),
        ({"channels": ["phone"], "phone": "12"}, "Check the phone number."),
        ({"channels": ["text"], "phone": "+1 000 000 0000"}, "Check the phone number."),
        (
            {"schools": ["00000000-0000-0000-0000-000000000000 0 nothing"]},
            "The list has changed since this page was shown.",
        ),
        ({"homepage": "https://spam.example"}, TRAP_FILLED),
        ({"ticket": "made up"}, PAGE_IS_OLD),
    ],
)
def test_a_mistake_sends_nothing_and_loses_nothing(
    person: Person, results: str, database: Engine, changes: dict[str, str | list[str]], words: str
) -> None:
    page = person.open(results)
    before = count(database, "submissions")
    values = request_values(page) | changes
    response = person.ask(results, page=page, **{name: value for name, value in values.items() if value != ""})
    assert response.status_code == 422
    assert any(words in line for line in errors_of(response)), errors_of(response)
    assert count(database, "submissions") == before
    again = Page(response.text)
    if "last_name" not in changes:
        assert any(c.get("name") == "last_name" and c.get("value") == "Silva" for c in again.controls)
    if "schools" not in changes:
        assert [c["name"] for c in again.controls if "checked" in c].count("schools") == 1
    assert any(c.get("name") == "homepage" and not c.get("value") for c in again.controls)


def test_a_request_can_be_mended_and_sent_again(person: Person, results: str) -> None:
    page = person.open(results)
    values = request_values(page) | {"homepage": "filled by a machine"}
    again = Page(person.ask(results, page=page, **values).text)
    assert person.ask(results, page=again, **(values | {"homepage": ""})).status_code == 303


def test_a_page_with_mistakes_can_be_reloaded(person: Person, results: str) -> None:
    assert person.client.get(f"{results}/requests").headers["Location"] == results


def test_what_is_sent_faster_than_read_is_asked_for_once_more(runtime: Runtime) -> None:
    clock = FrozenClock(runtime.clock.now())
    slow = runtime.settings.model_copy(update={"form_min_seconds": 2.0})
    person = Person(create_app(slow, runtime=replace_parts(runtime, settings=slow, clock=clock)).test_client())
    results = person.finish()
    page = person.open(results)
    values = request_values(page) | {"email": "fast@student.example"}
    first = person.ask(results, page=page, **values)
    assert first.status_code == 422
    assert TOO_FAST in errors_of(first)
    clock.advance(timedelta(seconds=3))
    assert person.ask(results, page=Page(first.text), **values).status_code == 303


def test_a_ticket_of_another_list_is_not_taken(person: Person, another_person: Person, results: str) -> None:
    stranger = another_person.finish()
    ticket = another_person.open(stranger).hidden("ticket")
    page = person.open(results)
    response = person.ask(results, page=page, **(request_values(page) | {"ticket": ticket}))
    assert response.status_code == 422
    assert PAGE_IS_OLD in errors_of(response)


def test_an_answer_changed_in_another_tab_is_noticed(person: Person, results: str) -> None:
    page = person.open(results)
    person.answer("goal", {"credentials": ["doctorate"], "occupation": "15-1221"})
    person.answer("priorities", {"goal": "must"})
    response = person.ask(results, page=page, **request_values(page))
    assert response.status_code == 422
    assert any("The list has changed" in line for line in errors_of(response))


def test_one_page_sent_fifty_times_at_once_is_one_request(
    app: Flask, person: Person, results: str, database: Engine
) -> None:
    page = person.open(results)
    values = request_values(page, schools=3) | {
        "email": "fifty@student.example",
        "ticket": page.hidden("ticket"),
        "csrf_token": page.hidden("csrf_token"),
    }
    session = person.client.get_cookie("session")
    assert session is not None

    def send(_: int) -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie("session", session.value)
        response = client.post(f"{results}/requests", data=values)
        return response.status_code, response.headers.get("Location", "")

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(send, range(50)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 303
    mine = "prospect_id IN (SELECT id FROM prospects WHERE email = 'fifty@student.example')"
    assert count(database, "prospects", "email = 'fifty@student.example'") == 1
    assert count(database, "submissions", mine) == 1
    assert count(database, "messages", mine) == 1
    assert count(database, "leads", mine) == 3
    assert count(database, "consents", mine) == 4


def test_test_domains_are_refused_in_production(runtime: Runtime) -> None:
    public = runtime.settings.model_copy(update={"environment": Environment.PRODUCTION})
    person = Person(create_app(public, runtime=replace_parts(runtime, settings=public)).test_client())
    results = person.finish()
    assert person.ask(results, mail="y", email="ana@student.test").status_code == 422
    assert Person(create_app(runtime.settings, runtime=runtime).test_client()).finish()


def test_nobody_can_fill_somebody_elses_inbox(person: Person, results: str, database: Engine) -> None:
    codes = [person.ask(results, mail="y", email="victim@student.example").status_code for _ in range(MOST_REQUESTS)]
    assert codes == [303] * MOST_REQUESTS
    response = person.ask(results, mail="y", email="VICTIM@student.example")
    assert response.status_code == 422
    assert any("many requests in the last day" in line for line in errors_of(response))
    mine = "prospect_id IN (SELECT id FROM prospects WHERE lower(email) = 'victim@student.example')"
    assert count(database, "messages", mine) == MOST_REQUESTS


@pytest.fixture
def limited_person(runtime: Runtime, redis_url: str) -> Iterator[Person]:
    """Somebody on a site with rate limits. Limits are one setting of a process, so they are lifted again."""
    limited = runtime.settings.model_copy(update={"rate_limits": True, "redis_url": redis_url})
    yield Person(create_app(limited, runtime=replace_parts(runtime, settings=limited)).test_client())
    create_app(runtime.settings, runtime=runtime)


def test_too_many_requests_are_slowed_down(limited_person: Person) -> None:
    results = limited_person.finish()
    page = limited_person.open(results)
    codes = [limited_person.ask(results, page=page, email="").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    assert "Too many tries" in limited_person.ask(results, page=page, email="").text


def test_every_post_of_a_student_is_limited_and_needs_a_token(app: Flask, person: Person) -> None:
    posts = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("student.") and "POST" in (rule.methods or ())
    ]
    assert posts
    for rule in posts:
        assert hasattr(app.view_functions[rule.endpoint], RATE_LIMIT_MARK), rule.endpoint
        path = re.sub(r"<uuid:\w+>", "0" * 8 + "-0000-0000-0000-" + "0" * 12, rule.rule)
        for name in ("<token>", "<slug>"):
            path = path.replace(name, "goal")
        expected = 404 if rule.endpoint.endswith("stop_mail") else 400
        assert app.test_client().post(path, data=ANSWERS["goal"]).status_code == expected, rule.endpoint
