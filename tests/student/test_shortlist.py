"""The shortlist: kept on the server without a name, in the student's own order, without script."""

import pytest
from sqlalchemy import text

from tests.student.lists import KNOWN, names_on, press, ranked_ids, shortlisted
from tests.student.person import Page, Person
from webapp.bootstrap import Runtime
from webapp.services.shortlist import MOST


def test_somebody_without_answers_keeps_programs_too(person: Person, runtime: Runtime) -> None:
    assert "Nothing on it yet" in person.open("/shortlist").words
    assert person.client.get_cookie("draft") is None
    for program_id in KNOWN:
        shortlisted(person, program_id)
    page = person.open("/shortlist")
    assert len(names_on(page)) == len(KNOWN)
    assert "Shortlist 3 programs" in page.words
    assert "Shortlist 3 programs" in person.open("/about").words
    assert "Start the form" in page.words
    shortlisted(person, KNOWN[1])
    assert len(names_on(person.open("/shortlist"))) == len(KNOWN)


def test_programs_move_up_and_down_and_off(person: Person) -> None:
    for program_id in KNOWN:
        shortlisted(person, program_id)
    first, second, third = names_on(person.open("/shortlist"))
    press(person, "move", KNOWN[2], to="up")
    assert names_on(person.open("/shortlist")) == [first, third, second]
    press(person, "move", KNOWN[0], to="down")
    press(person, "move", KNOWN[2], to="up")  # it is first already
    assert names_on(person.open("/shortlist")) == [third, first, second]
    for _ in range(2):
        assert press(person, "remove", KNOWN[0]).status_code == 303
    assert names_on(person.open("/shortlist")) == [third, second]
    assert press(person, "move", KNOWN[0], to="up").status_code == 404
    assert press(person, "move", KNOWN[1], to="sideways").status_code == 404


def test_the_buttons_of_the_list_lead_back_to_their_card(person: Person) -> None:
    results = person.finish()
    page = person.open(results)
    ids = ranked_ids(page)
    assert len(ids) == 10
    backs = [each["value"] for each in page.controls if each.get("name") == "back"]
    assert backs == [f"{results}#match-{rank}" for rank in range(1, 11)]
    response = person.send("/shortlist/add", {"program": ids[3], "back": backs[3]}, page=page)
    assert response.headers["Location"] == backs[3]
    after = person.open(results)
    assert after.words.count("Remove from shortlist") == 1
    assert "Number 4 in your list." in person.open("/shortlist").words


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:a=b\r\nX: y",
        "/a b",
        "",
        "/" + "a" * 3000,
    ],
)
def test_a_button_never_leads_to_another_site(person: Person, back: str) -> None:
    response = press(person, "add", KNOWN[0], back=back)
    assert response.headers["Location"] == "/shortlist"
    assert "Set-Cookie:a" not in str(response.headers)


def test_only_programs_that_are_listed_and_only_so_many(person: Person, runtime: Runtime) -> None:
    for wrong in ("nowhere", "", "A B", "x" * 200):
        assert press(person, "add", wrong).status_code == 404
    ids = [listing.program_id for listing in runtime.snapshot.current().listings[: MOST + 1]]
    page = person.open(f"/programs/{KNOWN[0]}")
    for program_id in ids:
        person.send("/shortlist/add", {"program": program_id, "back": "/shortlist"}, page=page)
    full = person.open("/shortlist")
    assert len(names_on(full)) == MOST
    assert f"Your shortlist has {MOST} programs, which is the most it holds. Remove one first." in full.words


def test_a_forged_post_changes_nothing(person: Person) -> None:
    shortlisted(person, KNOWN[0])
    for action in ("add", "remove", "move"):
        response = person.client.post(f"/shortlist/{action}", data={"program": KNOWN[1], "to": "up"})
        assert response.status_code == 400
    assert len(names_on(person.open("/shortlist"))) == 1


def test_nobody_sees_anothers_list(person: Person, another_person: Person) -> None:
    shortlisted(person, KNOWN[0])
    assert names_on(another_person.open("/shortlist")) == []
    press(another_person, "remove", KNOWN[0])
    assert len(names_on(person.open("/shortlist"))) == 1


def test_it_goes_with_the_draft(person: Person, runtime: Runtime) -> None:
    shortlisted(person, KNOWN[0])
    cookie = person.client.get_cookie("draft")
    assert cookie is not None
    with runtime.begin() as session:
        before = session.scalar(text("SELECT count(*) FROM shortlisted_programs"))
        session.execute(
            text("DELETE FROM drafts WHERE token_hash = sha256(CAST(:token AS bytea))"),
            {"token": cookie.value.encode()},
        )
        assert session.scalar(text("SELECT count(*) FROM shortlisted_programs")) == before - 1
    assert names_on(person.open("/shortlist")) == []


def test_the_page_is_private(person: Person) -> None:
    for path in ("/shortlist", "/compare", "/share"):
        response = person.client.get(path)
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Cache-Control"] == "no-store"
        assert Page(response.text).ticked() in ([], ["list"])  # which of two lists is shown, and nothing else
