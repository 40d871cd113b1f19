"""Sharing: a friend sees what the owner saw, nothing the student answered, and nothing once it is closed."""

import re

import pytest
from sqlalchemy import text

from tests.student.lists import KNOWN, links_of, names_on, press, ranked_ids, share, shared, shortlisted
from tests.student.person import Page, Person
from webapp.bootstrap import Runtime


@pytest.fixture
def owner(person: Person) -> Person:
    """A student with answers and a shortlist of the first three."""
    page = person.open(person.finish())
    for program_id in ranked_ids(page)[:3]:
        shortlisted(person, program_id)
    return person


def preview_of(page: Page) -> str:
    """The list as it is shown, with headings one step higher, as on the page that the link opens."""
    found = re.search(r'<ol class="shortlist">.*?</ol>', page.html, re.S)
    assert found is not None
    return found[0].replace("<h3", "<h2").replace("</h3>", "</h2>").replace("<h4", "<h3").replace("</h4>", "</h3>")


@pytest.mark.parametrize("wanted", [{}, {"verdicts": "y"}, {"reasons": "y"}, {"verdicts": "y", "reasons": "y"}])
@pytest.mark.parametrize("which", ["shortlist", "ranked"])
def test_a_friend_sees_exactly_what_the_owner_saw(
    owner: Person, another_person: Person, which: str, wanted: dict[str, str]
) -> None:
    query = "&".join(f"{name}=y" for name in wanted)
    before = owner.open(f"/share?list={which}&{query}")
    page = another_person.open(shared(owner, list=which, **wanted))
    seen = re.search(r'<ol class="shortlist">.*?</ol>', page.html, re.S)
    assert seen is not None
    assert preview_of(before) == seen[0]
    assert len(names_on(page)) == (3 if which == "shortlist" else 10)
    assert ("Meets the requirements" in page.words) == ("verdicts" in wanted)
    assert ("What speaks for it" in page.words) == ("reasons" in wanted)


def test_nothing_the_student_answered_is_behind_the_link(
    owner: Person, another_person: Person, runtime: Runtime
) -> None:
    path = shared(owner, list="ranked", verdicts="y", reasons="y")
    page = another_person.open(path)
    with runtime.begin() as session:
        stored = str(session.scalar(text("SELECT content FROM shared_lists ORDER BY created_at DESC LIMIT 1")))
    for secret in ("You said", "you said", "94110", "hospitals", "budget", "miles", "scientist", "California", "3.4"):
        assert secret not in page.words, secret
        assert secret not in stored, secret
    cookie = owner.client.get_cookie("draft")
    assert cookie is not None
    assert cookie.value not in page.html
    assert "/results/" not in page.html
    assert another_person.client.get_cookie("draft") is None


def test_the_order_stays_as_it_was_shared(owner: Person, another_person: Person) -> None:
    path = shared(owner, list="shortlist")
    before = names_on(another_person.open(path))
    last = owner.open("/shortlist").values("program")[-1]
    press(owner, "move", last, to="up")
    assert names_on(another_person.open(path)) == before


def test_a_list_that_changed_meanwhile_is_shown_again_first(owner: Person) -> None:
    page = owner.open("/share?list=shortlist")
    hidden = {name: page.hidden(name) for name in ("shown_list", "with_verdicts", "with_reasons", "seen")}
    shortlisted(owner, KNOWN[2])
    response = owner.send("/share", {**hidden, "keep": "7"}, page=page)
    assert response.status_code == 422
    assert "The list has changed since you looked." in response.text
    assert links_of(owner) == []
    again = Page(response.text)
    hidden = {name: again.hidden(name) for name in ("shown_list", "with_verdicts", "with_reasons", "seen")}
    assert owner.send("/share", {**hidden, "keep": "7"}, page=again).status_code == 303


def test_how_long_must_be_chosen(owner: Person) -> None:
    for wrong in ("", "3650", "x"):
        assert share(owner, days=wrong).status_code == 422
    assert links_of(owner) == []


def test_revoked_links_are_gone_with_a_kind_word(owner: Person, another_person: Person) -> None:
    path = shared(owner, list="shortlist")
    page = owner.open("/share")
    assert "Not opened yet." in page.words
    another_person.open(path)
    page = owner.open("/share")
    assert "Last opened on" in page.words
    revoke = next(each for _, name, each in page.addresses if name == "action" and each.endswith("/revoke"))
    assert another_person.send(revoke, {}, page=another_person.open(f"/programs/{KNOWN[0]}")).status_code == 404
    assert owner.send(revoke, {}, page=page).status_code == 303
    response = another_person.client.get(path)
    assert response.status_code == 410
    assert "has closed the link" in response.text
    assert links_of(owner) == []
    assert "Revoked on" in owner.open("/share").words


def test_expired_links_are_gone_too(owner: Person, another_person: Person, runtime: Runtime) -> None:
    path = shared(owner, list="shortlist")
    with runtime.begin() as session:
        session.execute(text("UPDATE shared_lists SET expires_at = now() - interval '1 second'"))
    response = another_person.client.get(path)
    assert response.status_code == 410
    assert "is over" in response.text


def test_looking_at_the_head_or_at_ones_own_link_is_not_opening_it(owner: Person, another_person: Person) -> None:
    path = shared(owner, list="shortlist")
    assert another_person.client.head(path).status_code == 200
    assert owner.client.get(path).status_code == 200
    assert "Not opened yet." in owner.open("/share").words


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "A" * 5000])
def test_a_wrong_token_opens_nothing(person: Person, token: str) -> None:
    assert person.client.get(f"/shared/{token}").status_code == 404


def test_the_page_is_kept_out_of_search_engines_caches_and_referers(owner: Person, another_person: Person) -> None:
    response = another_person.client.get(shared(owner))
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_nothing_is_ticked_beforehand_but_the_list_that_is_shown(owner: Person) -> None:
    assert owner.open("/share").ticked() == ["list"]


def test_without_anything_to_share_the_page_says_where_to_begin(person: Person) -> None:
    assert "Your shortlist is empty." in person.open("/share").words
    assert "You have no ranked list yet." in person.open("/share?list=ranked").words
    page = person.open(f"/programs/{KNOWN[0]}")
    assert person.send("/share", {"keep": "7"}, page=page).status_code == 404
