"""The list in a browser: it moves with every change, says so, keeps still as it loads, needs no mouse and no script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import LiveServer, follow, overflows
from tests.student.person import ANSWERS, Person, Values
from tests.student.test_adjust import MUSTS, stored
from tests.student.tour import lend_cookies
from tests.visual import looked_at
from webapp.bootstrap import Runtime

pytestmark = pytest.mark.browser
MOST_BYTES = 60_000
LEAST_SHIFT = 0.001
SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifted += each.value; })
      .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def url(app: Flask, live_server: Callable[[Any], LiveServer]) -> str:
    """Where the application is served."""
    return live_server(app).url


@pytest.fixture
def results(person: Person) -> str:
    """The path of a list with hard limits."""
    return person.finish(MUSTS)


def names(page: Page) -> list[str]:
    """The programs of the list in order."""
    return page.locator(".match h2").all_inner_texts()


def test_a_change_ranks_again_says_what_moved_and_is_kept_only_on_request(
    person: Person,
    url: str,
    results: str,
    runtime: Runtime,
    new_page: Callable[..., Page],
    faults: list[str],
) -> None:
    page = new_page()
    lend_cookies(person, page, url)
    page.goto(url + results)
    before, was = stored(runtime), names(page)
    status = page.locator("#list-status")
    assert status.get_attribute("role") == "status"
    page.locator(".match-story summary").nth(1).click()
    page.get_by_label("Budget for tuition").fill("12000")
    expect(status).to_contain_text("The list changed:")
    assert names(page) != was
    assert page.locator(".match-move").count() == len(names(page))
    expect(page.locator("#request")).to_be_hidden()
    page.get_by_label("Budget for tuition").fill("a lot")
    expect(status).to_have_text("Write a number, such as 30,000.")
    page.get_by_role("button", name="Reset").click()
    expect(status).to_have_text("The list is as you saved it.")
    assert names(page) == was
    expect(page.locator("#request")).to_be_visible()
    assert stored(runtime) == before
    page.get_by_label("Budget for tuition").fill("12000")
    expect(status).to_contain_text("The list changed:")
    trial = names(page)
    page.get_by_role("button", name="Keep these").click()
    expect(page.get_by_text("Kept. Budget: $12,000 (was: $30,000).")).to_be_visible()
    assert names(page) == trial
    assert faults == ["Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"]


@pytest.mark.parametrize("javascript", [True, False])
def test_by_keyboard_alone(
    person: Person,
    url: str,
    results: str,
    new_page: Callable[..., Page],
    faults: list[str],
    javascript: bool,
) -> None:
    page = new_page(javascript=javascript, width=390)
    lend_cookies(person, page, url)
    page.goto(url + results)
    first = names(page)[0]

    def go_to(name: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            # Read at once: the page may be replaced between two questions.
            if name in page.evaluate("[document.activeElement?.id, document.activeElement?.textContent.trim()]"):
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    def change_the_budget(amount: str) -> None:
        if page.locator("#panel").get_attribute("open") is None:
            go_to("Change what counts")
            page.keyboard.press("Enter")
        go_to("budget_usd")
        page.keyboard.press("Control+A")
        page.keyboard.type(amount)

    change_the_budget("12000")
    if javascript:
        expect(page.locator("#list-status")).to_contain_text("The list changed:")
    else:
        page.keyboard.press("Enter")
        expect(page.get_by_text("You are trying something out")).to_be_visible()
    go_to("Keep these")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept. Budget: $12,000")).to_be_visible()
    program = names(page)[0]
    go_to(f"Not for me: {program}")
    page.keyboard.press("Enter")
    go_to("I know it already")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"“{program}” is put aside: i know it already.")).to_be_visible()
    go_to(f"Take it back: {program}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken back: the program is on offer again.")).to_be_visible()
    assert first
    assert faults == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_while_the_page_loads(
    person: Person, url: str, results: str, new_page: Callable[..., Page], width: int
) -> None:
    page = new_page(width=width)
    page.add_init_script(SHIFTS)
    lend_cookies(person, page, url)
    page.goto(url + results, wait_until="networkidle")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") < LEAST_SHIFT


def test_axe_finds_nothing_in_any_state_of_the_list(
    person: Person, url: str, results: str, new_page: Callable[..., Page]
) -> None:
    found: dict[str, list[str]] = {}
    page = new_page(width=390)
    lend_cookies(person, page, url)
    page.goto(url + results)
    page.locator("#panel > summary").click()
    page.locator(".match-story summary").first.click()
    page.locator(".not-for-me summary").first.click()
    found["opened"] = looked_at(page)
    page.get_by_label("Budget for tuition").fill("12000")
    expect(page.locator("#list-status")).to_contain_text("The list changed:")
    found["trial"] = looked_at(page)
    assert overflows(page) == 0
    follow(page, page.get_by_role("button", name="Keep these"))
    page.locator(".not-for-me summary").first.click()
    follow(page, page.get_by_role("button", name="Takes too long").first)
    expect(page.get_by_role("heading", name="Put aside by you")).to_be_visible()
    found["aside"] = looked_at(page)
    page.locator("#panel > summary").click()
    page.get_by_label("Longest time").fill("x")
    page.get_by_role("button", name="Keep these").click()
    expect(page.get_by_text("The list was not changed yet")).to_be_visible()
    found["mistake"] = looked_at(page)
    assert overflows(page) == 0
    assert {state: faults for state, faults in found.items() if faults} == {}


def test_axe_finds_nothing_on_an_empty_list_and_on_ways(
    person: Person, another_person: Person, url: str, new_page: Callable[..., Page]
) -> None:
    empty: dict[str, Values] = {
        "goal": {"credentials": ["doctorate"]},
        "practicalities": {"budget_usd": "900", "months_max": "4"},
        "priorities": {"goal": "must", "cost": "must", "duration": "must"},
    }
    far: dict[str, Values] = {
        "goal": {"occupation": "15-2051", "credentials": ["master"]},
        "background": {"education": "high_school"},
        "practicalities": {"modalities": ["online"], "state": "CA"},
    }
    for visitor, answers, heading in (
        (person, empty, "Look beyond our list"),
        (another_person, far, "Ways to your goal"),
    ):
        page = new_page()
        path = visitor.finish(answers)
        lend_cookies(visitor, page, url)
        page.goto(url + path)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert looked_at(page) == []


def test_the_first_visit_is_light(person: Person) -> None:
    """All that a browser loads for the page, as it comes over the wire; the site has no fonts of its own."""
    packed = {"Accept-Encoding": "gzip"}
    path = person.finish({**ANSWERS, "priorities": {"goal": "must", "cost": "must"}})
    plain = person.client.get(path).text
    page = person.client.get(path, headers=packed)
    assert page.headers["Content-Encoding"] == "gzip"
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', plain))
    assert len(files) >= 10
    sizes = {file: len(person.client.get(file, headers=packed).data) for file in files}
    assert len(page.data) + sum(sizes.values()) < MOST_BYTES, sizes
