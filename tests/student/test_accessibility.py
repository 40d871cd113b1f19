"""Every page of the student: axe in both modes, small windows, wide text, targets, focus, order, nothing foreign."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import LiveServer, overflows
from tests.student.person import Person
from tests.student.tour import NOT_PAGES, PAGES, Tour, lend_cookies, take_tour
from tests.visual import covering_parts, idle_buttons, looked_at, spoiled_by_wide_text

pytestmark = pytest.mark.browser

# WCAG 2.2 reflow (1.4.10): 1280 by 1024 px at 400 % is a window of 320 by 256.
NARROW = ((320, 256), (390, 844), (768, 1024))


@pytest.fixture(scope="module")
def tour(app: Flask) -> Tour:
    """Every page that there is to see, after a whole journey."""
    return take_tour(Person(app.test_client()))


def test_every_page_is_looked_at(app: Flask) -> None:
    """A page nobody looks at fails here: name it in tests/student/tour.py, or say there why it is none."""
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("student.") and "GET" in (rule.methods or ())
    }
    assert shown == {*(endpoint for endpoint, _ in PAGES), *NOT_PAGES}


def test_the_tour_opens_the_pages_it_names(app: Flask, tour: Tour) -> None:
    """Each address of the tour belongs to the endpoint it stands for, and is a page, not a redirect."""
    adapter = app.url_map.bind("localhost")
    for endpoint, address in tour.addresses.items():
        path = address.partition("?")[0]
        matched, _ = adapter.match(path, method="GET")
        response = tour.person.client.get(address)
        name, _, word = endpoint.partition("#")
        assert (matched, response.mimetype) == (name, "text/html")
        assert response.status_code in ({404, 410} if word == "gone" else {200, 422}), endpoint


def test_axe_and_the_eye_find_nothing_and_text_may_be_spaced_wide(
    visit: "Visit", tour: Tour, faults: list[str]
) -> None:
    """With everything opened that can be: on a desk in both modes, on a telephone with wide text (WCAG 1.4.12: line
    height, paragraph, letter and word spacing as a reader may set them). No two pages have one title."""
    found: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for endpoint, page in visit(tour):
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        at = page.viewport_size
        assert at is not None
        wrong = []
        for width in (390, 1280) if at["width"] == 390 else (1280, 390):  # first as the window stands
            if width != at["width"]:
                page.set_viewport_size({"width": width, "height": 900})
            wrong += looked_at(page) if width == 1280 else spoiled_by_wide_text(page)
        if page.title() in titles:
            wrong.append(f"title as of {titles[page.title()]}")
        titles[page.title()] = endpoint
        if wrong:
            found[endpoint] = wrong
    assert found == {}
    # The browser notes pages that say 404, 410 or 422; those are on the tour on purpose.
    assert [fault for fault in faults if "server responded with a status of 4" not in fault] == []


@pytest.mark.parametrize(
    ("endpoint", "fields", "button"),
    [
        ("student.form.show#background", {"gpa": "nine"}, "Save and continue"),
        ("student.introductions.show", {"email": "nobody", "first_name": ""}, "See what would be sent"),
    ],
)
def test_axe_and_the_eye_find_nothing_in_a_page_that_names_mistakes(
    visit: "Visit", tour: Tour, endpoint: str, fields: dict[str, str], button: str
) -> None:
    for _, page in visit(Tour(tour.person, {endpoint: tour.addresses[endpoint]})):
        for name, text in fields.items():
            page.fill(f'[name="{name}"]', text)
        page.get_by_role("button", name=button).click()
        page.locator("[data-error-summary]").wait_for()
        assert looked_at(page) == []


def test_small_windows_without_script_show_all(visit: "Visit", tour: Tour) -> None:
    found: dict[str, list[str]] = {}
    for endpoint, page in visit(tour, javascript=False):
        wrong = idle_buttons(page)
        for width, height in NARROW:
            page.set_viewport_size({"width": width, "height": height})
            wrong += [f"{pixels} px too wide at {width}" for pixels in [overflows(page)] if pixels]
            wrong += covering_parts(page)
        if wrong:
            found[endpoint] = wrong
    assert found == {}


Visit = Callable[..., Iterator[tuple[str, Page]]]


@pytest.fixture
def visit(app: Flask, live_server: Callable[[Any], LiveServer], new_page: Callable[..., Page]) -> Visit:
    """Opens each page of a tour in one window: `for endpoint, page in visit(tour, dark=True)`."""
    url = live_server(app).url

    def walk(tour: Tour, **options: Any) -> Iterator[tuple[str, Page]]:
        page = new_page(**options)
        lend_cookies(tour.person, page, url)
        for endpoint, address in tour.addresses.items():
            page.goto(url + address)
            yield endpoint, page

    return walk
