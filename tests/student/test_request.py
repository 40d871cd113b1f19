"""The request under the list, to have it mailed: asked for once, stored once, never by accident."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.student.person import ANSWERS, Page, Person, errors_of
from tests.student.rows import count
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts
from webapp.context import RATE_LIMIT_MARK, limiter
from webapp.domain.clock import FrozenClock
from webapp.settings import Environment
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, TRAP_FILLED
from webapp.student.requests import MOST_REQUESTS


def test_the_mail_needs_only_an_address(person: Person, results: str, database: Engine) -> None:
    response = person.ask(results, email="Only.Mail@Student.Example")
    assert response.status_code == 303
    page = person.open(response.headers["Location"])
    assert "Your mail is about to leave" in page.words
    assert "No school has your details from us." in page.words
    mine = "p.email = 'Only.Mail@student.example' AND p.first_name IS NULL"
    assert count(database, "prospects p", mine) == 1
    given = f"c.prospect_id = p.id AND c.purpose = 'matches_by_mail' AND c.text LIKE '%goes to no school%' AND {mine}"
    assert count(database, "consents c, prospects p", given) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Write the e-mail address"),
        ({"email": "ana@"}, "Check the e-mail address."),
        ({"email": "ana@student.example\r\nBcc: all@student.example"}, "Check the e-mail address."),
        ({"homepage": "https://spam.example"}, TRAP_FILLED),
        ({"ticket": "made up"}, PAGE_IS_OLD),
    ],
)
def test_a_mistake_sends_nothing_and_loses_nothing(
    person: Person, results: str, database: Engine, changes: dict[str, str], words: str
) -> None:
    before = count(database, "submissions")
    values: dict[str, Any] = {"email": "ana@student.example"} | changes
    response = person.ask(results, **values)
    assert response.status_code == 422
    assert any(words in line for line in errors_of(response)), errors_of(response)
    assert count(database, "submissions") == before
    again = Page(response.text)
    if "email" not in changes:
        assert "ana@student.example" in again.values("email")
    assert again.hidden("homepage") == ""
    assert person.ask(results, page=again, email="mended@student.example").status_code == 303


def test_a_page_with_mistakes_can_be_reloaded(person: Person, results: str) -> None:
    assert person.client.get(f"{results}/requests").headers["Location"] == results


def test_what_is_sent_faster_than_read_is_asked_for_once_more(runtime: Runtime) -> None:
    clock = FrozenClock(runtime.clock.now())
    slow = runtime.settings.model_copy(update={"form_min_seconds": 2.0})
    person = Person(create_app(slow, runtime=replace_parts(runtime, settings=slow, clock=clock)).test_client())
    results = person.finish()
    first = person.ask(results, email="fast@student.example")
    assert first.status_code == 422
    assert TOO_FAST in errors_of(first)
    clock.advance(timedelta(seconds=3))
    assert person.ask(results, page=Page(first.text), email="fast@student.example").status_code == 303


def test_a_ticket_of_another_list_is_not_taken(person: Person, another_person: Person, results: str) -> None:
    ticket = another_person.open(another_person.finish()).hidden("ticket")
    response = person.ask(results, email="ana@student.example", ticket=ticket)
    assert response.status_code == 422
    assert PAGE_IS_OLD in errors_of(response)


def test_one_page_sent_twice_is_one_request(person: Person, results: str, database: Engine) -> None:
    page = person.open(results)
    answers = {person.ask(results, page=page, email="page-twice@student.example").headers["Location"] for _ in range(2)}
    assert len(answers) == 1
    assert count(database, "prospects", "email = 'page-twice@student.example'") == 1


def test_test_domains_are_refused_in_production(runtime: Runtime) -> None:
    public = runtime.settings.model_copy(update={"environment": Environment.PRODUCTION})
    person = Person(create_app(public, runtime=replace_parts(runtime, settings=public)).test_client())
    assert person.ask(person.finish(), email="ana@student.test").status_code == 422
    assert Person(create_app(runtime.settings, runtime=runtime).test_client()).finish()


def test_nobody_can_fill_somebody_elses_inbox(person: Person, results: str, database: Engine) -> None:
    codes = [person.ask(results, email="victim@student.example").status_code for _ in range(MOST_REQUESTS)]
    assert codes == [303] * MOST_REQUESTS
    response = person.ask(results, email="VICTIM@student.example")
    assert response.status_code == 422
    assert any("many requests in the last day" in line for line in errors_of(response))
    page = person.introduce(results, email="Victim@student.example")
    assert page.status_code == 422
    mine = "prospect_id IN (SELECT id FROM prospects WHERE lower(email) = 'victim@student.example')"
    assert count(database, "messages", mine) == MOST_REQUESTS


@pytest.fixture
def limited_person(runtime: Runtime, redis_url: str) -> Iterator[Person]:
    """Somebody on a site with rate limits. Limits are one setting of a process, so they are lifted again."""
    limited = runtime.settings.model_copy(update={"rate_limits": True, "redis_url": redis_url})
    yield Person(create_app(limited, runtime=replace_parts(runtime, settings=limited)).test_client())
    create_app(runtime.settings, runtime=runtime)


@pytest.fixture
def rationed_person(runtime: Runtime, redis_url: str) -> Iterator[Person]:
    """Somebody who may have two mails a day sent to addresses they type in."""
    few = {"rate_limits": True, "redis_url": redis_url, "mails_per_client_a_day": 2}
    limited = runtime.settings.model_copy(update=few)
    app = create_app(limited, runtime=replace_parts(runtime, settings=limited))
    limiter.reset()
    yield Person(app.test_client())
    create_app(runtime.settings, runtime=runtime)


def test_nobody_can_write_to_many_strangers_in_a_day(rationed_person: Person, database: Engine) -> None:
    results = rationed_person.finish()
    page = rationed_person.open(results)
    assert rationed_person.ask(results, page=page, email="").status_code == 422  # refused, so not counted
    codes = [rationed_person.ask(results, email=f"stranger{number}@student.example").status_code for number in range(2)]
    assert codes == [303, 303]
    assert rationed_person.ask(results, page=page, email="stranger3@student.example").status_code == 429
    assert count(database, "prospects", "email = 'stranger3@student.example'") == 0


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
        path = re.sub("<uuid:[a-z_]+>", "0" * 8 + "-0000-0000-0000-" + "0" * 12, rule.rule)
        for name in ("<token>", "<slug>"):
            path = path.replace(name, "goal")
        # Two prove themselves by their link alone, which this is none; the one click lacks the pair it must hold.
        expected = 404 if rule.endpoint.endswith(("stop_mail", "unsubscribe.undo")) else 400
        assert app.test_client().post(path, data=ANSWERS["goal"]).status_code == expected, rule.endpoint
