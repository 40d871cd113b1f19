"""The list: the same for everyone who said the same, with reasons, and before anybody is asked who they are."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from tests.student.person import ANSWERS, Page, Person, Values
from webapp.bootstrap import Runtime
from webapp.domain.profile_reader import ProfileError, ProfileProblem
from webapp.student.ranked import to_the_answer

DANGEROUS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}${7*7}"


def test_ten_programs_with_reasons_sources_and_prices(person: Person) -> None:
    page = person.open(person.finish())
    cards = page.html.split('<article class="card match"')[1:]
    assert len(cards) == 10
    for card in cards:
        reasons = card.split('match-reasons">')[1].split("</section>")[0]
        assert reasons.count("<li>") >= 3
        assert reasons.count('<span class="source">') == reasons.count("<li>")
        assert "Partner of ours" in card
        assert re.search(r"<dt>Price</dt><dd>(Not stated|No tuition|\$[0-9,]+ in all)", card)
    assert "This is a demonstration." in page.words


def test_the_points_of_a_card_add_up_to_its_total(person: Person) -> None:
    page = person.open(person.finish())
    for card in page.html.split('<article class="card match"')[1:]:
        total = re.search(r'match-points">(\d+) of 100', card)
        told = re.search(r": (\d+) of 100 points\. Each part", card)
        assert total is not None
        assert told is not None
        assert total[1] == told[1]


def test_what_the_student_said_stands_beside_the_list_with_links_to_change_it(person: Person) -> None:
    page = person.open(person.finish())
    for words in ("Data scientist or machine learning engineer", "3.4 of 4", "94110", "About 50 miles", "$30,000"):
        assert words in page.words
    for step in (each for each in ANSWERS if each != "age"):
        assert ("a", "href", f"/match/{step}") in page.addresses


def test_hard_limits_leave_programs_out_and_say_how_many(person: Person) -> None:
    answers: dict[str, Values] = {**ANSWERS, "priorities": {"cost": "must", "goal": "must"}}
    page = person.open(person.finish(answers))
    assert re.search(r"\d+ award other credentials than those you named\. Change", page.words)
    assert re.search(r"\d+ (cost|costs) more than your budget of \$30,000\. Change", page.words)


def test_an_empty_list_says_what_can_be_done(person: Person) -> None:
    answers: dict[str, Values] = {
        "goal": {"credentials": ["doctorate"]},
        "practicalities": {"budget_usd": "0", "months_max": "1"},
        "priorities": {"goal": "must", "cost": "must", "duration": "must"},
    }
    page = person.open(person.finish(answers))
    assert "No program we know of fits inside the limits you set." in page.words
    assert "College Scorecard" in page.words
    assert "ticket" not in page.names()


def test_an_empty_catalogue_is_our_fault_and_nobody_elses(early_person: Person) -> None:
    page = early_person.open(early_person.finish())
    assert "We have no programs to show at the moment." in page.words
    assert "limits you set" not in page.words
    assert "ticket" not in page.names()


def test_no_contact_is_asked_before_the_list_and_nothing_is_ticked_after_it(person: Person) -> None:
    page = person.open(person.finish())
    assert Page(page.html.split('id="request"')[1]).ticked() == []
    first_card, form = page.html.index('class="card match"'), page.html.index('id="request"')
    assert first_card < form
    assert 'type="email"' not in page.html[:form]
    assert "email" in page.names()
    assert [
        c for c in page.controls if c.get("name") in ("email", "first_name", "last_name", "phone") and c.get("value")
    ] == []


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 5000, "%00", "..%2f..%2fetc"])
def test_a_wrong_token_opens_nothing(person: Person, token: str) -> None:
    response = person.client.get(f"/results/{token}")
    assert response.status_code == 404
    assert "it may have expired" in response.text


def test_a_list_that_is_not_finished_has_no_page(person: Person, runtime: Runtime) -> None:
    person.answer("goal")
    cookie = person.client.get_cookie("draft")
    assert cookie is not None
    assert person.client.get(f"/results/{cookie.value}").status_code == 404


def test_the_page_is_kept_out_of_search_engines_caches_and_referers(person: Person) -> None:
    response = person.client.get(person.finish())
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex' in response.text


def test_another_device_may_go_on_with_the_answers(person: Person, another_person: Person) -> None:
    results = person.finish()
    page = another_person.open(results)
    assert "Change these answers on this device" in page.html
    assert ("a", "href", "/match/background") not in page.addresses
    response = another_person.send(f"{results}/edit", {}, page=page)
    assert response.headers["Location"] == "/match/review"
    assert "Build tools that help hospitals" in another_person.open("/match/goal").html


def test_what_people_write_is_shown_and_never_run(person: Person) -> None:
    answers: dict[str, Values] = {**ANSWERS, "goal": {"words": DANGEROUS, "interests": DANGEROUS}}
    page = person.open(person.finish(answers))
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert DANGEROUS in page.text
    assert "49" not in page.words.split("In your words")[1][:200]
    assert DANGEROUS in person.open("/match/goal").text or "&lt;script&gt;alert" in person.open("/match/goal").html


def test_links_lead_only_to_our_pages_and_to_listed_programs(person: Person, runtime: Runtime) -> None:
    listed = {listing.url for listing in runtime.snapshot.current().listings}
    results = person.finish()
    for path in (
        "/",
        "/about",
        "/privacy",
        "/how-we-rank",
        "/my-data",
        results,
        *(f"/match/{step}" for step in ANSWERS),
    ):
        for tag, _, address in person.open(path).addresses:
            inside = address.startswith(("/", "#", "mailto:")) and not address.startswith("//")
            inside |= tag == "link" and address.startswith("http://localhost/")  # the page's own full address
            assert inside or (tag == "a" and address in listed), (path, tag, address)


def test_paying_changes_nothing_but_the_words_about_it(person: Person, runtime: Runtime) -> None:
    results = person.finish()
    before = person.open(results)
    with runtime.begin() as session:
        statuses = session.execute(text("SELECT id, status FROM partners")).all()
        session.execute(text("UPDATE partners SET status = 'ended'"))
        session.execute(text("UPDATE partner_terms SET price_cents = price_cents + 100000"))
    after = person.open(results)
    with runtime.begin() as session:
        for partner_id, status in statuses:
            session.execute(
                text("UPDATE partners SET status = :status WHERE id = :id"), {"status": status, "id": partner_id}
            )
        session.execute(text("UPDATE partner_terms SET price_cents = price_cents - 100000"))
    assert "None of these schools works with us" in after.words
    assert _without_partner(before.html) == _without_partner(after.html)


def _without_partner(html: str) -> str:
    cards = html.split('id="request"')[0]
    return re.sub(r"<dt>Partner of ours</dt><dd>[^<]*</dd>", "", _without_tokens(cards))


def _without_tokens(html: str) -> str:
    """Without what a token of the session is, a new one each time a page is made."""
    return re.sub(r'name="csrf_token"([^>]*) value="[^"]*"', r"\1", html)


def test_the_same_answers_give_the_same_list(person: Person) -> None:
    results = person.finish()
    one, two = person.open(results), person.open(results)
    lists = [_without_tokens(page.html.split('id="request"')[0]) for page in (one, two)]
    assert lists[0] == lists[1]


def test_answers_that_make_no_profile_lead_back_to_their_step(app: Flask) -> None:
    problem = ProfileProblem("practical.state", "ZZ is not a US state", "use a code such as CA")
    with app.test_request_context():
        response = app.make_response(to_the_answer(ProfileError([problem])))
    assert response.headers["Location"] == "/match/practicalities"
