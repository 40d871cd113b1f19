"""Age: nobody under 18 becomes a lead, whatever the door, and of a child nothing is kept."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.student.person import ANSWERS, STEPS, Page, Person, errors_of, introduction_values
from webapp.bootstrap import Runtime
from webapp.domain.age import AgeBand, may_be_introduced
from webapp.student.answers import is_adult
from webapp.student.answers import may_be_introduced as answers_allow
from webapp.student.introductions import TOO_YOUNG

TEEN, ADULT, CHILD = {"age": "13_to_17"}, {"age": "18_or_older"}, {"age": "under_13"}
TABLES = ("drafts", "submissions", "prospects", "leads", "messages", "consents", "outbox_events")


@pytest.fixture
def database(runtime: Runtime) -> Iterator[Engine]:
    made = create_engine(runtime.settings.database_url or "")
    yield made
    made.dispose()


def rows(database: Engine) -> dict[str, int]:
    with database.connect() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}


def details(database: Engine, email: str) -> int:
    """How many people with this address have leads that could still reach a school."""
    query = (
        "SELECT count(*) FROM leads JOIN prospects ON prospects.id = leads.prospect_id "
        "WHERE prospects.email = :email AND leads.status <> 'withdrawn'"
    )
    with database.connect() as connection:
        return int(connection.execute(text(query), {"email": email}).scalar_one())


def test_who_may_be_introduced() -> None:
    assert {band: may_be_introduced(band) for band in (*AgeBand, None)} == {
        AgeBand.ADULT: True,
        AgeBand.TEEN: False,
        AgeBand.CHILD: False,
        None: True,
    }
    assert answers_allow({})
    assert not answers_allow({"age": TEEN})
    assert [is_adult({"age": told}) for told in (ADULT, TEEN, CHILD, {"age": "unknown"}, {})] == [True, *[False] * 4]


def test_the_age_is_asked_first_and_has_to_be_answered(person: Person) -> None:
    assert person.client.get("/match").headers["Location"] == "/match/age"
    response = person.answer("age", {})
    assert response.status_code == 422
    assert errors_of(response) == ["Choose one of these. “I'd rather not say” is an answer too."]
    assert person.answer("age", {}, go="back").headers["Location"] == "/"
    assert person.client.get_cookie("draft") is None
    assert person.answer("age", {"age": "unknown"}).headers["Location"] == "/match/goal"


def test_the_question_does_not_tell_which_answer_leads_where(person: Person) -> None:
    words = person.open("/match/age").words
    assert not any(hint in words for hint in ("introduc", "stop", "must be", "not for you", "only if you are"))


def test_of_a_child_who_says_so_at_once_nothing_is_kept(person: Person, database: Engine) -> None:
    before = rows(database)
    response = person.answer("age", CHILD)
    assert response.headers["Location"] == "/match/stopped"
    page = person.open("/match/stopped")
    assert "We kept nothing." in page.words
    assert "parent" in page.words
    assert "counselor" in page.words
    assert rows(database) == before
    assert person.client.get_cookie("draft") is None


def test_of_a_child_who_says_so_later_nothing_stays(person: Person, database: Engine) -> None:
    before = rows(database)
    results = person.finish()
    assert rows(database)["drafts"] == before["drafts"] + 1
    person.answer("age", CHILD)
    assert rows(database) == before
    assert person.client.get_cookie("draft") is None
    assert person.client.get(results).status_code == 404


def test_a_child_cannot_simply_choose_another_age(person: Person, database: Engine) -> None:
    page = person.open("/match/age")
    before = rows(database)
    person.send("/match/age", CHILD, page=page)
    for path in ("/match", "/match/age", "/match/goal"):
        assert person.client.get(path).headers["Location"] == "/match/stopped"
    assert person.send("/match/age", ADULT, page=page).headers["Location"] == "/match/stopped"
    assert person.send("/match/goal", ANSWERS["goal"], page=page).headers["Location"] == "/match/stopped"
    assert rows(database) == before


def test_a_child_who_had_asked_for_something_is_taken_out_of_every_row(person: Person, database: Engine) -> None:
    results = person.finish()
    mail = "child@student.example"
    assert person.introduce(results, schools=2, email=mail).status_code == 303
    assert details(database, mail) == 2
    person.answer("age", CHILD)
    with database.connect() as connection:
        told = connection.execute(
            text(
                "SELECT p.email, p.first_name, p.erased_at, s.profile, l.status FROM leads l "
                "JOIN submissions s ON s.id = l.submission_id JOIN prospects p ON p.id = l.prospect_id "
                "ORDER BY l.created_at DESC, l.id DESC LIMIT 2"
            )
        ).all()
    assert all((row.email, row.first_name, row.profile, row.status) == (None, None, {}, "withdrawn") for row in told)
    assert all(row.erased_at for row in told)
    assert person.client.get(results).status_code == 404


def test_the_young_see_the_whole_list_and_no_way_to_a_school(person: Person) -> None:
    page = person.open(person.finish({**ANSWERS, "age": TEEN}))
    assert page.words.count("Rank ") >= 10
    assert not any("/introductions" in address for _, _, address in page.addresses)
    assert "you told us that you are under 18" in page.words


def test_the_young_may_have_the_list_mailed(person: Person, database: Engine) -> None:
    results = person.finish({**ANSWERS, "age": TEEN})
    assert person.ask(results, email="teen@student.example").status_code == 303
    assert details(database, "teen@student.example") == 0


def test_boxes_made_up_for_the_young_are_refused(person: Person, another_person: Person, database: Engine) -> None:
    theirs = another_person.finish()
    stolen = introduction_values(another_person.open(f"{theirs}/introductions"), schools=2)
    results = person.finish({**ANSWERS, "age": TEEN})
    before = rows(database)
    response = person.choose(results, stolen | {"email": "sly@student.example"}, page=person.open(results))
    assert response.headers["Location"] == results
    assert rows(database) == before
    assert TOO_YOUNG in person.open(results).words


def test_a_page_shown_before_the_age_was_told_opens_no_door(person: Person, database: Engine) -> None:
    results = person.finish()
    page = person.open(f"{results}/introductions")
    values = introduction_values(page, schools=2) | {"email": "tab@student.example"}
    assert person.choose(results, values, page=page).status_code == 303
    check = person.open(f"{results}/introductions/check")
    person.answer("age", TEEN)
    before = rows(database)
    response = person.agree(results, page=check)
    assert response.headers["Location"] == results
    assert rows(database) == before


def test_the_list_opened_elsewhere_knows_the_age_too(person: Person, another_person: Person) -> None:
    results = person.finish({**ANSWERS, "age": TEEN})
    assert another_person.client.get(f"{results}/introductions").headers["Location"] == results
    made_up: dict[str, str | list[str]] = {"email": "x@student.example", "schools": ["made up"], "adult": "y"}
    response = another_person.choose(results, made_up, page=another_person.open(results))
    assert response.headers["Location"] == results


def test_an_adult_is_not_asked_twice(person: Person, database: Engine) -> None:
    results = person.finish({**ANSWERS, "age": ADULT})
    page = person.open(f"{results}/introductions")
    assert "adult" not in page.names()
    values = introduction_values(page) | {"email": "grown@student.example"}
    del values["adult"]
    assert person.choose(results, values, page=page).status_code == 303
    assert person.agree(results).status_code == 303
    assert details(database, "grown@student.example") == 1


def test_who_would_rather_not_say_still_has_to_say_in_the_request(person: Person) -> None:
    results = person.finish()
    page = person.open(f"{results}/introductions")
    values = introduction_values(page) | {"email": "silent@student.example"}
    del values["adult"]
    response = person.choose(results, values, page=page)
    assert response.status_code == 422
    assert any("18 or older" in line for line in errors_of(response))


def test_the_age_is_in_no_profile(person: Person, database: Engine) -> None:
    results = person.finish({**ANSWERS, "age": ADULT})
    person.ask(results, email="noage@student.example")
    with database.connect() as connection:
        profile = connection.execute(
            text(
                "SELECT profile::text FROM submissions JOIN prospects ON prospects.id = prospect_id "
                "WHERE email = 'noage@student.example'"
            )
        ).scalar_one()
    assert "age" not in {word.strip('"') for word in profile.replace(":", " ").split()}
    assert "18_or_older" not in profile


def test_every_step_has_words(person: Person) -> None:
    """The age page stands in the same frame as the other steps."""
    page: Page = person.open("/match/age")
    assert f"Step 1 of {len(STEPS)}" in page.words
