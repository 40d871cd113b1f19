"""Introductions: chosen school by school, shown to the letter before they are sent, stored once, never by accident."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests.student.person import Page, Person, Values, errors_of, introduction_values
from tests.student.rows import count
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.clock import FrozenClock
from webapp.services import pending_request
from webapp.services.posting import SET_LATER
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, TRAP_FILLED
from webapp.student.introductions import CHANGED, NOTHING_TYPED
from webapp.ui.fields import clean_text

PHONE: dict[str, str | list[str]] = {
    "channels": ["email", "phone"],
    "phone": "(415) 555-0134",
    "days": ["weekdays"],
    "parts": ["afternoon", "evening"],
    "attempts": "5",
    "language": "es",
}


def documents(page: Page) -> list[dict[str, object]]:
    """The documents that a check page shows."""
    return [
        json.loads(html.unescape(found))
        for found in re.findall(r'<pre class="document".*?>(.*?)</pre>', page.html, re.S)
    ]


def choose(person: Person, results: str, schools: int = 1, **changes: str | list[str]) -> Page:
    """The first page filled in and sent; what the second one shows."""
    page = person.open(f"{results}/introductions")
    response = person.choose(results, introduction_values(page, schools) | changes, page=page)
    assert response.status_code == 303, errors_of(response)
    return person.open(response.headers["Location"])


def test_one_unticked_box_for_each_legal_entity_and_its_reasons(person: Person, results: str) -> None:
    page = person.open(f"{results}/introductions")
    values = page.values("schools")
    assert len(values) > 2
    assert len({value.split()[0] for value in values}) == len(values)
    # Two lists stand on a first line: the guess, which is said, and English. Nothing is ticked.
    assert sorted(page.ticked()) == ["", "America/Los_Angeles"]
    assert "We guess Pacific Time (Los Angeles) from where you live." in page.words
    assert page.words.count("Each school below pays us when we introduce someone.") == 1
    assert page.words.count("Why it matched:") == len(values)


def test_questions_are_asked_under_their_own_school(person: Person, results: str) -> None:
    page = person.open(f"{results}/introductions")
    for school in page.html.split('<div class="school">')[1:]:
        asked = "When do you hope to start?" in school.split("</fieldset>\n")[0]
        assert not asked or "Pellworth" in school or "Brambleford" in school


def test_what_is_shown_is_stored_and_said_again(person: Person, results: str, database: Engine) -> None:
    page = choose(person, results, 2, **PHONE, email="words@student.example")
    shown = documents(page)
    response = person.agree(results, page=page)
    assert response.status_code == 303, errors_of(response)
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.text, c.channels, c.legal_entity, c.contact_preferences AS agreed, p.phone, "
                "l.contact_preferences AS kept FROM consents c JOIN prospects p ON p.id = c.prospect_id "
                "JOIN leads l ON l.id = c.lead_id WHERE p.email = 'words@student.example' ORDER BY c.sequence"
            )
        ).all()
    assert len(rows) == len(shown) == 2
    for row, document in zip(rows, shown, strict=True):
        assert row.text in page.words
        assert row.legal_entity in row.text
        assert row.channels == ["email", "phone"]
        assert row.phone == "+14155550134"
        assert row.agreed == row.kept
        assert document["contact_preferences"] == {"channels": row.channels, **row.kept}
        assert "with calls only on Mondays to Fridays between 12 PM and 9 PM, Pacific Time (Los Angeles)" in row.text
        assert "in Spanish and at most 5 times unless I answer" in row.text
    mine = person.open(response.headers["Location"]).words
    assert rows[0].text in mine


def test_everything_in_the_document_stands_in_the_rows(person: Person, results: str) -> None:
    page = choose(person, results, 2, **PHONE, email="rows@student.example", first_name="Zoë", last_name="O'Neill")
    alike, *cards = page.html.split('<section class="card sent"')
    for document, card in zip(documents(page), cards, strict=True):
        told = Page(alike + card.split("<details")[0]).words
        assert not (missing := [leaf for leaf in leaves(document) if leaf not in told]), missing


def leaves(document: dict[str, object]) -> list[str]:
    """The texts of a document that a person can read; codes and numbers are told in other words."""
    student, match, answers = document["student"], document["match"], document["answers"]
    assert isinstance(student, dict)
    assert isinstance(match, dict)
    assert isinstance(answers, list)
    source = document["source"]
    assert isinstance(source, dict)
    background = document["background"]
    assert isinstance(background, dict)
    words = [background["goal"]["words"], *background["goal"]["interests"]]
    own = [value for key, value in student.items() if value and key != "country"]
    return [*own, *words, *match["reasons"], *(each["question"] for each in answers), *source.values()]


def test_a_phone_number_nobody_may_use_is_not_kept(person: Person, results: str, database: Engine) -> None:
    page = choose(person, results, email="nophone@student.example", phone="415 555 0134")
    assert "415" not in json.dumps(documents(page))
    assert person.agree(results, page=page).status_code == 303
    assert count(database, "prospects", "email = 'nophone@student.example' AND phone IS NULL") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schools": []}, "Tick at least one school."),
        ({"email": ""}, "Write your e-mail address"),
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
        ({"channels": ["text"], "phone": "415 555 0134", "time_zone": ""}, "Choose your time zone"),
        ({"time_zone": "Mars/Olympus"}, "Choose one of the options shown."),
        ({"attempts": "1000"}, "Choose one of the options shown."),
        (
            {"schools": ["00000000-0000-0000-0000-000000000000 0 nothing"]},
            "The list has changed since this page was shown.",
        ),
        ({"homepage": "https://spam.example"}, TRAP_FILLED),
    ],
)
def test_a_mistake_sends_nothing_and_loses_nothing(
    person: Person, results: str, database: Engine, changes: Values, words: str
) -> None:
    page = person.open(f"{results}/introductions")
    before = count(database, "submissions")
    values = {name: value for name, value in {**introduction_values(page), **changes}.items() if value != ""}
    response = person.choose(results, values, page=page)
    assert response.status_code == 422
    assert any(words in line for line in errors_of(response)), errors_of(response)
    assert count(database, "submissions") == before
    for again in (Page(response.text), person.open(f"{results}/introductions")):
        if "last_name" not in changes:
            assert again.values("last_name") == ["Silva"]
        if "schools" not in changes:
            assert [c["name"] for c in again.controls if "checked" in c].count("schools") == 1
        assert again.hidden("homepage") == ""


def test_a_required_question_of_a_ticked_school_must_be_answered_and_no_other(person: Person, results: str) -> None:
    page = person.open(f"{results}/introductions")
    asks = [Page(part).words for part in page.html.split('<div class="school">')[1:]]
    must = [value for value, words in zip(page.values("schools"), asks, strict=True) if "hope to start? As" in words]
    others = [value for value in page.values("schools") if value not in must]
    unanswered = {k: v for k, v in introduction_values(page).items() if not k.startswith("question-")}
    refused = person.choose(results, unanswered | {"schools": must}, page=page)
    assert errors_of(refused) == [
        "Answer this question of the school, or untick the school: When do you hope to start?"
    ]
    assert person.choose(results, unanswered | {"schools": others[:2]}, page=page).status_code == 303


def test_going_back_finds_everything_as_it_was(person: Person, results: str) -> None:
    choose(person, results, 2, **PHONE, email="back@student.example")
    page = person.open(f"{results}/introductions")
    assert [c["name"] for c in page.controls if "checked" in c].count("schools") == 2
    assert {"days", "parts", "attempts", "channels", "adult", "mail"} <= set(page.ticked())
    assert page.values("phone") == ["(415) 555-0134"]
    assert page.values("email") == ["back@student.example"]


def test_what_was_typed_opens_in_no_other_browser_and_is_gone_once_sent(
    person: Person, another_person: Person, results: str, database: Engine
) -> None:
    choose(person, results, email="secret@student.example", first_name="Secretive")
    seen = another_person.open(f"{results}/introductions")
    assert "Secretive" not in seen.html
    assert NOTHING_TYPED in another_person.open(f"{results}/introductions/check").words
    with database.connect() as connection:
        sealed = connection.execute(text("SELECT string_agg(encode(sealed, 'escape'), '') FROM pending_requests"))
        assert "Secretive" not in str(sealed.scalar())
    before = count(database, "pending_requests")
    assert person.agree(results).status_code == 303
    assert count(database, "pending_requests") == before - 1
    assert "Secretive" not in person.open(f"{results}/introductions").html


def test_what_was_never_sent_is_deleted_after_a_day(runtime: Runtime, person: Person, results: str) -> None:
    choose(person, results, email="forgotten@student.example")
    late = FrozenClock(runtime.clock.now() + timedelta(days=1, minutes=1))
    with runtime.begin() as session:
        pending_request.purge(session, late)
    assert NOTHING_TYPED in person.open(f"{results}/introductions/check").words


def test_what_no_person_types_is_not_kept(person: Person, results: str, database: Engine) -> None:
    page = person.open(f"{results}/introductions")
    before = count(database, "pending_requests")
    response = person.choose(results, introduction_values(page) | {"last_name": "x" * 100_000}, page=page)
    assert response.status_code == 422
    assert count(database, "pending_requests") == before


def test_only_what_was_shown_is_sent(person: Person, results: str, database: Engine) -> None:
    shown = choose(person, results, email="shown@student.example")
    choose(person, results, 2, email="shown@student.example")  # in another tab
    response = person.agree(results, page=shown)
    assert response.status_code == 422
    assert CHANGED in errors_of(response)
    assert count(database, "prospects", "email = 'shown@student.example'") == 0
    assert person.agree(results, page=Page(response.text)).status_code == 303
    mine = "prospect_id IN (SELECT id FROM prospects WHERE email = 'shown@student.example')"
    assert count(database, "leads", mine) == 2


@pytest.mark.parametrize("ticket", ["made up", "another list"])
def test_a_ticket_that_is_not_of_this_page_is_not_taken(
    person: Person, another_person: Person, results: str, ticket: str
) -> None:
    stranger = another_person.finish()
    theirs = choose(another_person, stranger, email="stranger@student.example").hidden("ticket")
    page = choose(person, results, email="mine@student.example")
    response = person.agree(results, page=page, ticket=theirs if ticket == "another list" else ticket)
    assert response.status_code == 422
    assert PAGE_IS_OLD in errors_of(response)


def test_what_is_sent_faster_than_read_is_asked_for_once_more(runtime: Runtime) -> None:
    clock = FrozenClock(runtime.clock.now())
    slow = runtime.settings.model_copy(update={"form_min_seconds": 2.0})
    person = Person(create_app(slow, runtime=replace_parts(runtime, settings=slow, clock=clock)).test_client())
    results = person.finish()
    choose(person, results, email="fast@student.example")
    first = person.agree(results)
    assert first.status_code == 422
    assert TOO_FAST in errors_of(first)
    clock.advance(timedelta(seconds=3))
    assert person.agree(results, page=Page(first.text)).status_code == 303


def test_an_answer_changed_in_another_tab_is_noticed(person: Person, results: str) -> None:
    page = choose(person, results, email="tabs@student.example")
    person.answer("background", {"education": "master", "gpa": "3.9"})
    response = person.agree(results, page=page)
    assert response.status_code == 422
    assert CHANGED in errors_of(response)


def test_one_page_sent_fifty_times_at_once_is_one_request(
    app: Flask, person: Person, results: str, database: Engine
) -> None:
    page = choose(person, results, 3, email="fifty@student.example")
    values = {"ticket": page.hidden("ticket"), "csrf_token": page.hidden("csrf_token")}
    session = person.client.get_cookie("session")
    assert session is not None

    def send(_: int) -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie("session", session.value)
        response = client.post(f"{results}/introductions/check", data=values)
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


def test_what_people_write_is_shown_and_never_run(person: Person, results: str, data_dir: Path) -> None:
    naughty = [each for each in json.loads((data_dir / "blns.json").read_text("utf-8")) if clean_text(each)]
    first = person.open(f"{results}/introductions")
    question, *_ = [str(c["name"]) for c in first.controls if c["tag"] == "textarea"]
    tame = choose(person, results, 9, **{question: "tame"})
    for words in naughty[::12]:
        page = choose(person, results, 9, **{question: words[:300]})
        assert (page.addresses, page.ids) == (tame.addresses, tame.ids), words
        assert [control["tag"] for control in page.controls] == [control["tag"] for control in tame.controls], words
        assert clean_text(words[:300]) in answers_in(page), words


def answers_in(page: Page) -> list[object]:
    """The answers to schools' questions in the documents of a check page."""
    found: list[object] = []
    for document in documents(page):
        answers = document["answers"]
        assert isinstance(answers, list)
        found += [answer["answer"] for answer in answers]
    return found


def test_ids_and_times_are_said_to_come_later(person: Person, results: str) -> None:
    [document] = documents(choose(person, results, email="later@student.example"))
    consent = document["consent"]
    assert isinstance(consent, dict)
    assert {document["lead_id"], document["submitted_at"], document["expires_at"]} == {SET_LATER}
    assert {consent["record_id"], consent["url"], consent["given_at"]} == {SET_LATER}
