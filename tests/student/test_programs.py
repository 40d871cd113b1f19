"""Pages of programs: every fact with its source, what is unknown said, and how it stands for whoever reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.services.listing_rows import import_rows, row
from tests.student.lists import ranked_ids
from tests.student.person import ANSWERS, Page, Person, Values
from webapp.bootstrap import Runtime
from webapp.context import RUNTIME
from webapp.domain.listing import Listing

KNOWN = "demo-brambleford-msds"


def listing_of(runtime: Runtime, program_id: str) -> Listing:
    catalog = runtime.snapshot.current()
    return catalog.listings[catalog.row_of[program_id]]


def runtime_of(person: Person) -> Runtime:
    """The runtime of the site that somebody looks at."""
    built: Runtime = person.client.application.extensions[RUNTIME]
    return built


def test_every_fact_stands_there_with_its_source_and_date(person: Person) -> None:
    page = person.open(f"/programs/{KNOWN}")
    for words in (
        "M.S. in Data Science",
        "24 months",
        "$17,800 in all",
        "Published for this program",
        "$98,500",
        "88%",
    ):
        assert words in page.words
    assert page.words.count("From 212 graduates. Demo graduate survey (invented), 2025") == 2
    facts = re.findall(r'<div class="fact">(.*?)</div>', page.html, re.S)
    assert len(facts) > 12
    for fact in facts:
        assert 'class="source"' in fact or 'class="unknown"' in fact, fact


def test_what_is_not_published_is_said_and_never_zero(person: Person) -> None:
    page = person.open("/programs/demo-brambleford-gcml")
    assert page.words.count("Median salary Not published") == 1
    assert "$0" not in page.text


def test_without_answers_the_page_only_tells_and_invites(person: Person) -> None:
    page = person.open(f"/programs/{KNOWN}")
    assert "See how it fits you" in page.words
    assert ("a", "href", "/match?occupation=15-2051") in page.addresses
    assert "Asked for Needs a bachelor's degree." in page.words
    assert "You meet" not in page.words
    assert person.client.get_cookie("draft") is None


def test_requirements_are_held_against_what_was_said_in_the_words_of_the_list(person: Person) -> None:
    results = person.finish({**ANSWERS, "subjects": {"programming": "none", "statistics": "several_courses"}})
    page = person.open(f"/programs/{KNOWN}")
    assert "Met Needs a bachelor's degree; you said: a bachelor's degree." in page.words
    assert "Not met Needs programming: one course; you said: none." in page.words
    assert "You did not say Needs calculus: one course; you did not say." in page.words
    assert "Not published Years of work: what it asks for is not published." in page.words
    assert "asks for no linear algebra, databases or machine learning" in page.words
    assert ("a", "href", results) in page.addresses


def test_the_place_in_the_list_is_the_one_of_the_list(person: Person) -> None:
    results = person.open(person.finish())
    for place, program_id in enumerate(ranked_ids(results), start=1):
        assert f"Number {place} in your list." in person.open(f"/programs/{program_id}").words


def test_the_limit_that_keeps_a_program_out_is_named(person: Person) -> None:
    answers: dict[str, Values] = {**ANSWERS, "priorities": {"cost": "must", "goal": "must"}}
    person.finish(answers)
    words = person.open("/programs/demo-brambleford-bsai").words
    assert (
        "Not in your list: it awards another credential than those you named and costs more than your budget" in words
    )


def test_an_unknown_program_gets_help_and_404(person: Person) -> None:
    for wrong in ("nowhere", "NOWHERE", "a" * 81, "..", "%00", "<script>"):
        response = person.client.get(f"/programs/{wrong}")
        assert response.status_code == 404, wrong
    assert "Search all programs" in person.client.get("/programs/nowhere").text


def test_a_withdrawn_program_says_so_with_410(early_person: Person) -> None:
    rows = [row(number, credential="bootcamp", tuition_total_usd=f"77{number}") for number in range(3)]
    built = runtime_of(early_person)
    with built.begin() as session:
        import_rows(session, rows)
    assert early_person.client.get("/programs/p-2").status_code == 200
    with built.begin() as session:
        import_rows(session, rows[:2])
    response = early_person.client.get("/programs/p-2")
    assert response.status_code == 410
    assert "was withdrawn from our catalog" in response.text
    assert "/programs?credential=bootcamp" in response.text
    assert "772" not in response.text
    assert "p-2" not in early_person.open("/programs").html


def test_machines_get_the_same_facts(person: Person, runtime: Runtime) -> None:
    response = person.client.get(f"/programs/{KNOWN}")
    told = machine_readable(response.text)
    listing = listing_of(runtime, KNOWN)
    assert told["@type"] == "EducationalOccupationalProgram"
    assert (told["name"], told["provider"]["name"]) == (listing.name, listing.institution)
    assert told["offers"]["price"] == "17800.00"
    assert told["timeToComplete"] == "P24M"
    assert f'<link rel="canonical" href="{told["url"]}">' in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"  # invented
    assert f"<title>{listing.name}, {listing.institution} –" in response.text
    offers = machine_readable(person.client.get("/programs/demo-coppervane-bscs").text)["offers"]
    assert (offers["@type"], offers["lowPrice"], offers["highPrice"]) == ("AggregateOffer", "34900.00", "61200.00")


def machine_readable(html: str) -> Any:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    return json.loads(block)


TEXTS = ("name", "institution", "summary", "accreditor", "topics", "source", "outcome_source", "city")


def test_listings_are_shown_and_never_run(early_person: Person, data_dir: Path) -> None:
    strings = json.loads((data_dir / "blns.json").read_text())
    angry = [each for each in strings if may_be_listed(each) and re.search(r"[<{'\"]", each)]
    assert len(angry) > 50
    dates = {"outcome_as_of": "2025", "verified_on": "2026-01-01"}  # what is claimed says as of when
    rows = [
        row(number, outcome_rate="0.5", **dates, **dict.fromkeys(TEXTS, f"{number} {each}"))
        for number, each in enumerate(angry)
    ]
    with runtime_of(early_person).begin() as session:
        import_rows(session, rows, strict=True)
    early_person.finish()
    for number, each in enumerate(angry):
        check(early_person.open(f"/programs/p-{number}"), f"{number} {each}")
    for number in range(4):
        shortlisted_from(early_person, f"p-{number}")
    for path in (
        "/compare",
        "/shortlist",
        "/programs?words=0",
        "/share?list=shortlist&reasons=y",
        "/share?list=ranked",
    ):
        check(early_person.open(path), f"0 {angry[0]}" if "ranked" not in path else "")


def shortlisted_from(person: Person, program_id: str) -> None:
    page = person.open(f"/programs/{program_id}")
    person.send("/shortlist/add", {"program": program_id, "back": "/shortlist"}, page=page)


def may_be_listed(each: str) -> bool:
    """Whether the import takes a text: one line, no control characters; a semicolon would make two topics of it."""
    return 0 < len(each.strip()) <= 70 and each.isprintable() and ";" not in each


def check(page: Page, told: str) -> None:
    """Only our own elements and attributes are there, whatever a listing holds, and its text came through."""
    assert " ".join(told.split()) in page.words
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', page.html))
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", page.html, re.S | re.I):
        if "ld+json" in attributes:
            assert "<" not in content
            json.loads(content)
        else:
            assert attributes.startswith(' type="module" src="/static/')
            assert content == ""
    assert re.findall(r"<(iframe|object|embed|base|style|frame|meta http)", page.html, re.I) == []
    assert all(each.startswith(("/", "#", "mailto:", "http://localhost/")) for _, _, each in page.addresses)


def test_the_index_finds_by_words_and_filters(person: Person, runtime: Runtime) -> None:
    page = person.open("/programs?words=data+science&credential=master&modality=online&state=CA&price=20,000")
    found = [each.rsplit("/", 1)[1] for _, _, each in page.addresses if each.startswith("/programs/")]
    assert found
    for listing in (listing_of(runtime, each) for each in found):
        text_of = " ".join((listing.name, listing.institution, listing.summary or "", *listing.topics)).lower()
        assert "data" in text_of
        assert "science" in text_of
        assert listing.credential == "master"
        assert "online" in listing.modality
        assert listing.state == "CA" or {"ALL", "CA"} & set(listing.states_authorized)
        assert listing.tuition_total_cents is not None
        assert listing.tuition_total_cents <= 2_000_000
    assert 'content="noindex, follow"' in page.html
    assert page.hidden("words") == "data science"


def test_the_index_leads_through_every_program_once_and_back(person: Person, runtime: Runtime) -> None:
    seen: list[str] = []
    path: str | None = "/programs"
    while path:
        page = person.open(path)
        seen += [each.rsplit("/", 1)[1] for _, _, each in page.addresses if each.startswith("/programs/")]
        path = next(
            (
                each
                for tag, _, each in page.addresses
                if "page=" in each and 'rel="next" href="' + each.replace("&", "&amp;") in page.html
            ),
            None,
        )
    assert sorted(seen) == sorted(listing.program_id for listing in runtime.snapshot.current().listings)
    names = [listing_of(runtime, each).name[:32] for each in seen]
    with runtime.begin() as session:
        ordered = session.execute(
            text("SELECT name FROM unnest(CAST(:names AS text[])) AS t(name) ORDER BY name"), {"names": names}
        )
        assert names == list(ordered.scalars())


def test_wrong_filters_are_named_and_lose_nothing(person: Person) -> None:
    response = person.client.get("/programs?words=robots&price=much&state=XX")
    page = Page(response.text)
    assert response.status_code == 422
    assert "Write a number, such as 30,000." in page.words
    assert "Choose one of the options shown." in page.words
    assert page.hidden("words") == "robots"
    assert person.client.get("/programs?page=nonsense").status_code == 404
    assert "No program fits all of that" in person.open("/programs?words=zzzzqq").words


def test_percent_signs_are_words_like_others(person: Person) -> None:
    assert "No program fits all of that" in person.open("/programs?words=%25_%25").words


@pytest.mark.browser
def test_data_for_machines_passes_the_content_policy(app: Flask, live_server, browser_page, faults) -> None:  # type: ignore[no-untyped-def]
    browser_page.goto(f"{live_server(app).url}/programs/{KNOWN}")
    told = browser_page.locator('script[type="application/ld+json"]').text_content()
    assert json.loads(told)["@context"] == "https://schema.org"
    assert faults == []
