"""Changing limits and priorities on the list: tried without a trace, kept on one's own device, taken back."""

import re

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.student.person import ANSWERS, Page, Person, Values
from webapp.bootstrap import Runtime

MUSTS: dict[str, Values] = {**ANSWERS, "priorities": {"goal": "must", "cost": "must", "duration": "important"}}
PANEL: dict[str, str | list[str]] = {
    "budget_usd": "30,000",
    "months_max": "30",
    "hours_per_week": "15",
    "modalities": ["online", "hybrid"],
    "radius_km": "80",
    "goal": "must",
    "cost": "must",
    "duration": "important",
}


@pytest.fixture
def results(person: Person) -> str:
    """The path of a list with hard limits on cost and goal."""
    return person.finish(MUSTS)


def ids_of(page: Page | str) -> list[str]:
    """The programs of a list in order."""
    return re.findall(r'<li data-program="([^"]+)"', page if isinstance(page, str) else page.html)


def send(person: Person, results: str, what: str, **changes: str | list[str]) -> TestResponse:
    """Post the panel with some fields changed."""
    return person.send(f"{results}/{what}", {**PANEL, **changes}, page=person.open(results))


def stored(runtime: Runtime) -> str:
    """Every draft and every row of feedback, as text."""
    with runtime.begin() as session:
        rows = session.execute(text("SELECT answers, earlier, updated_at, expires_at FROM drafts ORDER BY id")).all()
        return str([*rows, *session.execute(text("SELECT * FROM feedback ORDER BY id")).all()])


def test_a_trial_shows_the_list_as_it_would_be_and_stores_nothing(
    person: Person, results: str, runtime: Runtime
) -> None:
    before, was = stored(runtime), ids_of(person.open(results))
    response = send(person, results, "try", budget_usd="$12,000")
    page = Page(response.text)
    assert response.status_code == 200
    assert stored(runtime) == before
    assert "Budget: $12,000 (was: $30,000)" in page.words
    assert "Nothing is saved." in page.words
    assert "because it costs more than your budget" in page.words
    assert ids_of(page) != was
    assert "email" not in page.names()
    assert ids_of(person.open(results)) == was


def test_a_fragment_is_the_same_list_and_nothing_around_it(person: Person, results: str) -> None:
    whole = send(person, results, "try", budget_usd="12,000")
    part = send(person, results, "try", budget_usd="12,000", fragment="y")
    assert ids_of(part.text) == ids_of(whole.text)
    assert "<html" not in part.text
    assert 'data-trial="yes"' in part.text
    said = re.search(r'data-said="([^"]+)"', part.text)
    assert said is not None
    assert said[1].startswith("The list changed: ")
    unchanged = send(person, results, "try", fragment="y")
    assert 'data-trial="no"' in unchanged.text
    assert "email" not in unchanged.text


def test_what_is_kept_is_the_list_of_a_form_that_said_so(person: Person, another_person: Person, results: str) -> None:
    response = send(person, results, "keep", budget_usd="$12k", outcomes="important")
    assert response.status_code == 303
    assert response.headers["Location"] == f"{results}#list"
    page = person.open(results)
    assert "Kept. Budget: $12,000 (was: $30,000); How graduates do: Important (was: not said)." in page.words
    assert re.search(r"The list changed: .*gone", page.words)
    assert re.search(r'match-move">.*?(up|down) \d|new', page.html)
    form = {**MUSTS, "practicalities": {**MUSTS["practicalities"], "budget_usd": "12000"}}
    form["priorities"] = {**MUSTS["priorities"], "outcomes": "important"}
    other = another_person.open(another_person.finish(form))
    assert sorted(ids_of(page)) == sorted(ids_of(other))
    # Said once: what moved is not told again.
    assert "The list changed" not in person.open(results).words
    assert 'value="12,000"' in person.open("/match/practicalities").html


def test_changes_are_undone_one_by_one_or_back_to_the_form(person: Person, results: str, runtime: Runtime) -> None:
    first = ids_of(person.open(results))
    send(person, results, "keep", budget_usd="20,000")
    second = ids_of(person.open(results))
    send(person, results, "keep", budget_usd="12,000", months_max="24")
    person.send(f"{results}/undo", {}, page=person.open(results))
    page = person.open(results)
    assert "Taken back. At most: 30 months (was: 24 months); Budget: $20,000 (was: $12,000)." in page.words
    assert ids_of(page) == second
    send(person, results, "keep", budget_usd="5,000")
    person.send(f"{results}/undo", {"every": "y"}, page=person.open(results))
    assert ids_of(person.open(results)) == first
    person.send(f"{results}/undo", {}, page=person.open(results))
    assert "There was nothing to take back." in person.open(results).words
    send(person, results, "keep", budget_usd="5,000")
    person.answer("priorities", MUSTS["priorities"])
    assert "Undo the last change" not in person.open(results).words


def test_only_the_device_of_the_form_saves_and_others_see_a_trial(
    person: Person, another_person: Person, results: str, runtime: Runtime
) -> None:
    before = stored(runtime)
    page = another_person.open(results)
    assert "Keep these" not in page.words
    assert "Not for me" not in page.words
    response = send(another_person, results, "keep", budget_usd="12,000")
    assert response.status_code == 200
    assert "Only the device on which the form was filled in" in Page(response.text).words
    assert "You are trying something out" in Page(response.text).words
    program = ids_of(page)[0]
    for path, values in (
        ("undo", {"every": "y"}),
        ("aside", {"pick": f"too_long {program}"}),
        ("aside/back", {"pick": program}),
        ("change", {"pick": "ease cost"}),
    ):
        assert another_person.send(f"{results}/{path}", values, page=page).status_code in (200, 303), path
    assert stored(runtime) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget_usd": "a lot"}, "Write a number, such as 30,000."),
        ({"months_max": "0"}, "1"),
        ({"cost": "always"}, "Choose one of the options shown."),
        ({"modalities": ["by mail"]}, "Choose from the options shown."),
    ],
)
def test_a_mistake_says_what_to_do_and_loses_nothing(
    person: Person, results: str, runtime: Runtime, changes: dict[str, str | list[str]], words: str
) -> None:
    before = stored(runtime)
    for what in ("try", "keep"):
        response = send(person, results, what, **changes)
        assert response.status_code == 422
        page = Page(response.text)
        assert "The list was not changed yet" in page.words
        assert words in page.words
        assert len(ids_of(page)) == 10
        assert 'id="panel" data-panel open' in response.text
    fragment = send(person, results, "try", fragment="y", **changes)
    assert fragment.status_code == 422
    assert words in fragment.text
    assert stored(runtime) == before


def test_a_near_miss_is_one_click_and_lets_in_what_it_said(person: Person, results: str) -> None:
    page = person.open(results)
    offer = re.search(r'value="near practical.budget_usd">(\d+) more if you raise the budget to (\$[\d,]+)<', page.html)
    assert offer is not None
    left = re.search(r"(\d+) costs? more than your budget of \$30,000", page.words)
    person.send(f"{results}/change", {"pick": "near practical.budget_usd"}, page=page)
    after = person.open(results)
    assert f"Kept. Budget: {offer[2]} (was: $30,000)." in after.words
    again = re.search(r"(\d+) costs? more than your budget of " + re.escape(offer[2]), after.words)
    assert left is not None
    assert int(left[1]) - (int(again[1]) if again else 0) == int(offer[1])


def test_a_limit_can_become_a_wish(person: Person, results: str) -> None:
    person.send(f"{results}/change", {"pick": "ease cost"}, page=person.open(results))
    page = person.open(results)
    assert "Kept. Cost: Important (was: Must)." in page.words
    assert (
        "more than your budget of" not in page.words.split("Left out because of your limits")[1].split("If you like")[0]
    )


@pytest.mark.parametrize("pick", ["", "near", "near practical.months_max", "ease start", "below nothing", "x" * 5000])
def test_what_is_not_on_offer_changes_nothing(person: Person, results: str, runtime: Runtime, pick: str) -> None:
    before = stored(runtime)
    person.send(f"{results}/change", {"pick": pick}, page=person.open(results))
    assert "that is no longer on offer" in person.open(results).words
    assert stored(runtime) == before


def test_opening_an_address_changes_nothing(person: Person, results: str, runtime: Runtime) -> None:
    before = stored(runtime)
    for path in ("try", "keep", "change"):
        response = person.client.get(f"{results}/{path}?budget_usd=1")
        assert response.status_code == 302
        assert response.headers["Location"] == results
    for path in ("undo", "aside", "aside/back"):
        assert person.client.get(f"{results}/{path}").status_code == 405
    assert person.client.post(f"{results}/keep", data=PANEL).status_code == 400
    assert stored(runtime) == before


def test_what_moved_is_told_on_its_own_list_only(person: Person, another_person: Person, results: str) -> None:
    other = another_person.finish(MUSTS)
    send(person, results, "keep", budget_usd="12,000")
    assert "The list changed" not in person.open(other).words


def test_the_empty_list_has_ways_out(person: Person) -> None:
    answers: dict[str, Values] = {
        "goal": {"credentials": ["doctorate"]},
        "practicalities": {"budget_usd": "900", "months_max": "4"},
        "priorities": {"goal": "must", "cost": "must", "duration": "must"},
    }
    results = person.finish(answers)
    page = person.open(results)
    assert "No program we know of fits inside the limits you set." in page.words
    for place in ("College Scorecard", "A community college near you", "Your public library", "MIT OpenCourseWare"):
        assert place in page.words
    for _ in range(5):
        picks = [value for value in person.open(results).values("pick") if value.startswith("ease ")]
        if not picks or ids_of(person.open(results)):
            break
        person.send(f"{results}/change", {"pick": picks[0]}, page=person.open(results))
    assert ids_of(person.open(results))
