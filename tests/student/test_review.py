"""All answers on one page, and the two ways that lead to the list."""

import re

from tests.student.person import ANSWERS, STEPS, Page, Person


def answered(person: Person) -> Page:
    """The page of answers, with all steps answered."""
    person.reach(STEPS[-1])
    for step in STEPS:
        response = person.answer(step)
    assert response.headers["Location"] == "/match/review"
    return person.open("/match/review")


def test_the_last_step_leads_to_the_answers_or_past_them(person: Person) -> None:
    assert "Check your answers" in answered(person).words
    assert person.answer("priorities", go="results").headers["Location"].startswith("/results/")


def test_every_answer_is_read_back_in_the_words_of_the_form(person: Person) -> None:
    words = answered(person).words
    for said in (
        "Data scientist or machine learning engineer",
        "Build tools that help hospitals plan their staff.",
        "Bootcamp or Master's degree",
        "Bachelor's degree",
        "3.4 of 4",
        "It is my first language",
        "Several courses",
        "California",
        "About 50 miles",
        "15 hours",
        "$30,000",
        "Nice to have",
        "I'd rather not say",
    ):
        assert said in words
    assert "Not answered" in words


def test_a_change_leads_to_its_question_and_back(person: Person) -> None:
    page = answered(person)
    changes = [address for tag, _, address in page.addresses if tag == "a" and "from=review" in address]
    for address in changes:
        path, _, anchor = address.partition("#")
        shown = person.open(path)
        assert anchor in shown.ids, address
    background = next(address for address in changes if address.startswith("/match/background"))
    path = background.partition("#")[0]
    shown = person.open(path)
    assert "Save and check your answers" in shown.html
    action = next(address for tag, name, address in shown.addresses if (tag, name) == ("form", "action"))
    response = person.send(action, {**ANSWERS["background"], "gpa": "2.9"}, page=shown)
    assert response.headers["Location"] == "/match/review"
    assert "2.9 of 4" in person.open("/match/review").words


def test_a_mistake_on_the_way_back_loses_nothing(person: Person) -> None:
    answered(person)
    path = "/match/background?from=review"
    response = person.send(path, {**ANSWERS["background"], "gpa": "nine"})
    assert response.status_code == 422
    assert "Save and check your answers" in response.text
    assert 'action="/match/background?from=review"' in response.text


def test_a_question_that_is_not_asked_is_not_listed(person: Person) -> None:
    answered(person)
    person.answer("practicalities", {"country": "FR", "state": "TX", "postal_code": "94110"})
    words = person.open("/match/review").words
    assert "France" in words
    assert not any(gone in words for gone in ("ZIP code", "Texas", "94110", "state or territory"))


def test_unfinished_answers_lead_to_the_open_step(person: Person) -> None:
    assert person.client.get("/match/review").headers["Location"] == "/match"
    person.reach("subjects")
    assert "Step 4 of 6" in person.open("/match/review").words


def test_the_list_of_answers_stays_one_click_from_home(person: Person) -> None:
    answered(person)
    assert person.client.get("/match").headers["Location"] == "/match/review"
    assert re.search(r'href="/results/[^"]+"[^>]*>See your list', person.open("/match/review").html)


def test_a_guide_may_suggest_a_job_which_counts_once_it_is_sent(person: Person) -> None:
    person.open("/match?occupation=15-1252")
    response = person.send("/match/age?occupation=15-1252", ANSWERS["age"])
    assert response.headers["Location"] == "/match/goal?occupation=15-1252"
    page = person.open(response.headers["Location"])
    assert [c["value"] for c in page.controls if c["tag"] == "option" and "selected" in c] == ["15-1252"]
    plain = person.open("/match/goal")
    assert [c["value"] for c in plain.controls if c["tag"] == "option" and "selected" in c] == [""]
    person.answer("goal", {"words": "Teach."})
    saved = person.open("/match/goal?occupation=15-1252")
    assert [c["value"] for c in saved.controls if c["tag"] == "option" and "selected" in c] == [""]
    assert person.client.get("/match/goal?occupation=<script>").status_code == 200


def test_a_guide_offers_its_job_to_somebody_whose_form_is_filled_in(person: Person) -> None:
    answered(person)
    assert person.client.get("/match?occupation=15-2051").headers["Location"] == "/match/review"
    address = person.client.get("/match?occupation=15-1252").headers["Location"]
    page = person.open(address)
    assert "Until then the job that you chose before counts." in page.words
    assert [c["value"] for c in page.controls if c["tag"] == "option" and "selected" in c] == ["15-1252"]
    before = person.open("/match/goal")
    assert [c["value"] for c in before.controls if c["tag"] == "option" and "selected" in c] == ["15-2051"]
    sent = person.send(address, {**ANSWERS["goal"], "occupation": "15-1221"}, page=page)
    assert "from=" not in sent.headers["Location"]
    after = person.open("/match/goal?occupation=15-1252")
    assert [c["value"] for c in after.controls if c["tag"] == "option" and "selected" in c] == ["15-1221"]
